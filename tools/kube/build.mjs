// Builds kube-apiserver, etcd and kubectl (main.go beside this file) once per machine, and prints the folder they are in.
// `--find` builds nothing. $KUBEBUILDER_ASSETS names a folder with the three to use instead.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NAMES = ["kube-apiserver", "etcd", "kubectl"];
const source = dirname(fileURLToPath(import.meta.url));

function fail(message) {
  console.error(`kube: ${message}`);
  process.exit(1);
}

/** The version of k8s.io/kubernetes that go.mod asks for. */
function kubernetesVersion() {
  return /^\s*k8s\.io\/kubernetes (v\S+)$/m.exec(readFileSync(join(source, "go.mod"), "utf8"))[1];
}

/** Version and hash of all that the build depends on: our three files, and Go. */
function key(version) {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) hash.update(readFileSync(join(source, file)));
  let go;
  try {
    go = execFileSync("go", ["env", "GOVERSION", "GOOS", "GOARCH"], { cwd: source, encoding: "utf8" });
  } catch {
    fail(
      "Go is needed to build the Kubernetes API server that the cluster tests run against: install Go 1.24 or later," +
        " or set KUBEBUILDER_ASSETS to a folder with kube-apiserver, etcd and kubectl",
    );
  }
  return `${version}-${hash.update(go).digest("hex").slice(0, 12)}`;
}

function build(version, folder) {
  console.error(`kube: building kube-apiserver ${version}, etcd and kubectl: some ten minutes, once on this machine`);
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.building-`);
  try {
    const stamp = `-s -w -X k8s.io/component-base/version.gitVersion=${version}`;
    const args = ["build", "-trimpath", "-mod=readonly", "-ldflags", stamp, "-o", join(temporary, "kube"), "."];
    // Nobody waits for this build alone: on a small machine it would starve whatever else runs.
    const { status } = spawnSync("nice", ["-n", "19", "go", ...args], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) fail(`the build of ${source} failed`);
    for (const name of NAMES) symlinkSync("kube", join(temporary, name));
    try {
      renameSync(temporary, folder);
    } catch (error) {
      // Somebody else finished the same build first.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function assets(mayBuild) {
  const given = process.env.KUBEBUILDER_ASSETS;
  if (given) {
    const missing = NAMES.filter((name) => !existsSync(join(given, name)));
    if (missing.length > 0) fail(`KUBEBUILDER_ASSETS=${given} has no ${missing.join(", ")}`);
    return given;
  }
  const version = kubernetesVersion();
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(cache, "claimgate", "kube", key(version));
  if (!existsSync(folder)) {
    if (!mayBuild) fail(`${folder} is not there: run \`make kube\``);
    build(version, folder);
  }
  return folder;
}

console.log(assets(!process.argv.includes("--find")));
