// Writes install.yaml: our CRDs, and deploy/base as kubectl makes it. $KUBECTL, else the one on the PATH, else that of `make kube`.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [output] = process.argv.slice(2);
if (output === undefined) {
  console.error("usage: node tools/manifests.mjs FILE");
  process.exit(2);
}

function run(command, ...args) {
  return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function kubectl() {
  if (process.env.KUBECTL) return process.env.KUBECTL;
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return "kubectl";
  } catch {
    return join(run(process.execPath, "tools/kube/build.mjs", "--find").trim(), "kubectl");
  }
}

try {
  const documents = [run("bin/claimgate", "crds"), run(kubectl(), "kustomize", "deploy/base")];
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(`${output}.new`, documents.join("---\n"));
  renameSync(`${output}.new`, output);
} catch (error) {
  // What failed has said why.
  console.error(`manifests: ${output} was not made: ${error.message.split("\n")[0]}`);
  process.exit(1);
}
