import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CertificateAuthority, type KeyPair } from "../../controller/pki/issue.js";
import { gatewayUri } from "../../controller/xds/identity.js";

/** The name of the controller in tests. */
export const SERVER_NAME = "claimgate-controller.claimgate-system.svc";

export function serverPair(ca: CertificateAuthority, name = SERVER_NAME): Promise<KeyPair> {
  return ca.issue({ use: "server", dns: [name] }, 1);
}

export function clientPair(ca: CertificateAuthority, gateway: string): Promise<KeyPair> {
  const uri = gatewayUri(gateway);
  if (uri === undefined) throw new Error(`${gateway} is no Gateway`);
  return ca.issue({ use: "client", uri }, 1);
}

/** A directory that is filled as the kubelet fills that of a Secret: files are links through `..data`, which is replaced as a whole. */
export class SecretMount {
  #generation = 0;

  constructor(readonly path: string) {}

  /** ca.crt, tls.crt and tls.key. */
  async put(ca: string, pair: KeyPair): Promise<this> {
    const generation = `..${++this.#generation}`;
    await mkdir(join(this.path, generation), { recursive: true });
    const files = { "ca.crt": ca, "tls.crt": pair.certificate, "tls.key": pair.key };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(this.path, generation, name), content, { mode: 0o600 });
      if (this.#generation === 1) await symlink(join("..data", name), join(this.path, name));
    }
    await symlink(generation, join(this.path, "..data_tmp"));
    await rename(join(this.path, "..data_tmp"), join(this.path, "..data"));
    return this;
  }

  file(name: "ca.crt" | "tls.crt" | "tls.key"): string {
    return join(this.path, name);
  }
}
