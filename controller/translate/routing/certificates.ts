// certificateRefs of a listener (Gateway API, ListenerTLSConfig).
import type { SecretObjectReference } from "../../api/types.js";
import { GATEWAY_GROUP, type ObjectReference, type ResourceIndex } from "../resources.js";
import { type KeyPair, readKeyPair } from "./keypair.js";

export interface Certificate extends KeyPair {
  /** "NS/NAME" of its Secret. */
  readonly name: string;
}

/** Why a listener's certificates cannot be served; reasons are those of its condition ResolvedRefs. */
export interface CertificateProblem {
  readonly reason: "InvalidCertificateRef" | "RefNotPermitted";
  readonly message: string;
}

/**
 * Resolves the references of one listener: all of them or none, so that no host is answered with a certificate not meant for it.
 * @param namespace the Gateway's
 */
export function resolveCertificates(
  refs: readonly SecretObjectReference[],
  namespace: string,
  index: ResourceIndex,
): readonly Certificate[] | CertificateProblem {
  if (refs.length === 0)
    return { reason: "InvalidCertificateRef", message: "tls.certificateRefs: names no Secret with a certificate" };
  const certificates = new Map<string, Certificate>();
  for (const [i, ref] of refs.entries()) {
    const resolved = resolveCertificate(ref, namespace, index);
    if ("reason" in resolved) return { ...resolved, message: `tls.certificateRefs[${i}]: ${resolved.message}` };
    certificates.set(resolved.name, resolved);
  }
  return [...certificates.values()];
}

function resolveCertificate(
  ref: SecretObjectReference,
  gatewayNamespace: string,
  index: ResourceIndex,
): Certificate | CertificateProblem {
  const reference = secretReference(ref, gatewayNamespace, index);
  if ("reason" in reference) return reference;
  const { namespace, name } = reference;
  const key = `${namespace}/${name}`;
  const secret = index.secret(namespace, name);
  if (secret === undefined) {
    const unread = index.unread("Secret", namespace, name);
    return invalid(unread === undefined ? `there is no Secret ${key}, or it is malformed` : `Secret ${key} ${unread}`);
  }
  const pair = readKeyPair(secret);
  return typeof pair === "string" ? invalid(`Secret ${key}: ${pair}`) : { name: key, ...pair };
}

/** The Secret that a reference means and may mean, whether or not it is there. */
export function secretReference(
  ref: SecretObjectReference,
  gatewayNamespace: string,
  index: ResourceIndex,
): ObjectReference | CertificateProblem {
  const { group = "", kind = "Secret", namespace = gatewayNamespace, name } = ref;
  if (group !== "" || kind !== "Secret")
    return invalid(`${group === "" ? "core" : group}/${kind} is not a certificate, only core/Secret is`);
  const from = { group: GATEWAY_GROUP, kind: "Gateway", namespace: gatewayNamespace };
  const to = { group, kind, namespace, name };
  // Before the look-up: a Gateway must not learn which Secrets another namespace has.
  if (namespace !== gatewayNamespace && !index.isGranted(from, to))
    return {
      reason: "RefNotPermitted",
      message: `no ReferenceGrant in ${namespace} lets Gateways of ${gatewayNamespace} use Secret ${name}`,
    };
  return to;
}

function invalid(message: string): CertificateProblem {
  return { reason: "InvalidCertificateRef", message };
}
