// Who may have the configuration of a Gateway: the one whose name is in the client certificate.
import type * as grpc from "@grpc/grpc-js";

/** Both parts as Kubernetes has them: a namespace is an RFC 1123 label, a Gateway's name a subdomain. Nothing in them needs escaping in a URI. */
const GATEWAY =
  /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)$/;
const NAME_LIMIT = 253;

/**
 * The URI in the client certificate of a Gateway's Envoys. A URI, not a DNS name: a Gateway's name may have dots and 253 characters.
 * Undefined unless `gateway` is "NS/NAME" as Kubernetes has names.
 */
export function gatewayUri(gateway: string): string | undefined {
  const [, namespace, name = ""] = GATEWAY.exec(gateway) ?? [];
  if (namespace === undefined || name.length > NAME_LIMIT) return undefined;
  return `spiffe://claimgate.dev/ns/${namespace}/gateway/${name}`;
}

/** As much of a gRPC call as it takes to know the peer. */
export type AuthenticatedCall = Pick<grpc.ServerDuplexStream<unknown, unknown>, "getAuthContext">;

/**
 * For AdsServerOptions.authorize: true if the peer's verified certificate has gatewayUri(gateway) as its only subject alternative name.
 * The whole list is compared as text, with the case as it is: Node writes it as `URI:<value>`, joins several with ", " and quotes a value that holds
 * anything which could be taken for another (CVE-2021-44532), so a second name, a NUL or a capital is simply another text.
 */
export function authorizeGateway(gateway: string, call: AuthenticatedCall): boolean {
  const uri = gatewayUri(gateway);
  // Empty for a peer that was not verified.
  const { transportSecurityType, sslPeerCertificate } = call.getAuthContext();
  if (uri === undefined || transportSecurityType !== "ssl" || sslPeerCertificate === undefined) return false;
  // A resumed TLS session, or a connection older than its certificate, was verified at another time.
  const now = Date.now();
  if (!(Date.parse(sslPeerCertificate.valid_from) <= now && now <= Date.parse(sslPeerCertificate.valid_to)))
    return false;
  return sslPeerCertificate.subjectaltname === `URI:${uri}`;
}
