// Envoy's side of mTLS to the controller. Certificates come over SDS from files, which is what makes Envoy read them again when something is
// moved into their directory (source/common/secret/sds_api.cc); files that the bootstrap itself names are read once.
import { isIP } from "node:net";
import { dirname, join } from "node:path";

/** Paths as Envoy sees them; typically a mounted Secret of type kubernetes.io/tls. */
export interface EnvoyTls {
  /** Who signs the controller's certificate. */
  readonly caFile: string;
  /** The client certificate, whose name is the Gateway's (gatewayUri()). */
  readonly certFile: string;
  readonly keyFile: string;
  /** DNS name or IP address that the controller's certificate must have, letter by letter. */
  readonly serverName: string;
  /** Where Envoy finds the files of sdsFiles(). */
  readonly sdsDirectory: string;
}

const IDENTITY = "xds_identity";
const AUTHORITY = "xds_ca";
const SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
const CONTEXT = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";

/** The transport_socket of the xds cluster. */
export function xdsTransportSocket({ serverName, sdsDirectory }: EnvoyTls): Record<string, unknown> {
  const address = isIP(serverName) !== 0;
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": CONTEXT,
      // RFC 6066 §3: no addresses.
      ...(address ? {} : { sni: serverName }),
      // The controller is judged anew at each connection, also by certificates that came since.
      max_session_keys: 0,
      common_tls_context: {
        alpn_protocols: ["h2"],
        tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
        tls_certificate_sds_secret_configs: [sds(IDENTITY, sdsDirectory)],
        combined_validation_context: {
          // Without it any certificate of the CA would do, such as another Gateway's (seen).
          default_validation_context: {
            match_typed_subject_alt_names: [
              { san_type: address ? "IP_ADDRESS" : "DNS", matcher: { exact: serverName } },
            ],
          },
          validation_context_sds_secret_config: sds(AUTHORITY, sdsDirectory),
        },
      },
    },
  };
}

/** What has to lie in `sdsDirectory`, by file name. Paths, no keys. */
export function sdsFiles({
  caFile,
  certFile,
  keyFile,
}: Omit<EnvoyTls, "sdsDirectory" | "serverName">): Record<string, string> {
  return {
    [`${IDENTITY}.json`]: response({
      name: IDENTITY,
      tls_certificate: {
        certificate_chain: { filename: certFile },
        private_key: { filename: keyFile },
        watched_directory: { path: dirname(certFile) },
      },
    }),
    [`${AUTHORITY}.json`]: response({
      name: AUTHORITY,
      validation_context: {
        trusted_ca: { filename: caFile },
        watched_directory: { path: dirname(caFile) },
      },
    }),
  };
}

function sds(name: string, directory: string): Record<string, unknown> {
  return {
    name,
    sds_config: { path_config_source: { path: join(directory, `${name}.json`) }, resource_api_version: "V3" },
  };
}

function response(secret: Record<string, unknown>): string {
  return `${JSON.stringify({ resources: [{ "@type": SECRET, ...secret }] }, null, 2)}\n`;
}
