import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A directory that is filled as the kubelet fills that of a Secret or ConfigMap: files are links through `..data`, which is replaced as a whole. */
export class Mount {
  #generation = 0;

  constructor(readonly path: string) {}

  /** Contents by file name; the same names each time. */
  async fill(files: Readonly<Record<string, string>>): Promise<this> {
    const generation = `..${++this.#generation}`;
    await mkdir(join(this.path, generation), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(this.path, generation, name), content, { mode: 0o600 });
      if (this.#generation === 1) await symlink(join("..data", name), join(this.path, name));
    }
    await symlink(generation, join(this.path, "..data_tmp"));
    await rename(join(this.path, "..data_tmp"), join(this.path, "..data"));
    return this;
  }
}
