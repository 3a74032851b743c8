import { Command, Option } from "commander";
import { DEFAULT_OPTIONS } from "../controller.js";
import { type HostAndPort, parseHostAndPort } from "./address.js";
import { render } from "./render.js";
import { run } from "./run.js";

const program = new Command("claimgate")
  .description("JWT verification, claim authorization and identity headers for Envoy")
  .showHelpAfterError();

/** A whole number in a range, for options. */
function integer(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    return program.error(`error: ${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  };
}

const port = (name: string, least = 1) => integer(name, least, 65535);

function hostAndPort(name: string): (text: string) => HostAndPort {
  return (text) =>
    parseHostAndPort(text) ??
    program.error(`error: ${name} must be HOST:PORT, as 127.0.0.1:18000 or [::1]:18000, not ${JSON.stringify(text)}`);
}

function gatewayName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(text)) return text;
  return program.error(`error: --gateway must be NAMESPACE/NAME, not ${JSON.stringify(text)}`);
}

/** Of an option that may be given several times. */
function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

const JWKS_CA_FILE = [
  "--jwks-ca-file <file>",
  "CAs (PEM) by which Envoys judge the servers of remote key sets, a path where they run",
  DEFAULT_OPTIONS.jwksCaFile,
] as const;

program
  .command("run")
  .description("file mode: the controller, and an Envoy for every Gateway in a directory; follows its changes")
  .requiredOption("--resources <dir>", "directory of manifests (YAML or JSON, recursive)")
  .option("--address <ip>", "where the listeners listen", "127.0.0.1")
  .option("--port-offset <n>", "added to the port of every listener", integer("--port-offset", 0, 65535), 0)
  .option(
    "--admin-port <n>",
    "Envoy's admin port; N, N+1, … for several Envoys (default: free ones)",
    port("--admin-port"),
  )
  .option("--health-port <n>", "port of /readyz and /statusz", port("--health-port", 0), 8081)
  .option("--concurrency <n>", "worker threads of each Envoy", integer("--concurrency", 1, 1024), 2)
  .option(...JWKS_CA_FILE)
  .action(async (options) => {
    process.exitCode = await run(options);
  });

program
  .command("render")
  .description("prints what a directory of manifests comes to: plugin configurations and statuses, as JSON")
  .requiredOption("--resources <dir>", "directory of manifests (YAML or JSON, recursive)")
  .action(async (options) => {
    process.exitCode = await render(options.resources);
  });

program
  .command("crds")
  .description("prints the CustomResourceDefinitions of the policies, for `kubectl apply --server-side -f -`")
  .option("--gateway-api", "Gateway API's too, standard channel")
  .option("--keep-foreign", "leave out those that the cluster has from somebody else, such as kgateway or Gloo")
  .option("--kubeconfig <file>", "the cluster of --keep-foreign (default: as kubectl)")
  .action(async (options) => {
    // Loaded when asked for: the Kubernetes client takes longer to load than the other commands to run.
    const { crds } = await import("./crds.js");
    process.exitCode = await crds(options);
  });

program
  .command("controller")
  .description("Kubernetes mode: resources from an API server, statuses back to it, xDS to the Gateways' Envoys")
  .option("--kubeconfig <file>", "the cluster (default: $KUBECONFIG, else the one this runs in)")
  .addOption(
    new Option("--xds-address <host:port>", "where Envoys connect")
      .argParser(hostAndPort("--xds-address"))
      .default({ address: "127.0.0.1", port: 18000 }, "127.0.0.1:18000"),
  )
  .option("--xds-tls-cert <file>", "certificate of xDS (PEM); replaced without a restart when the file changes")
  .option("--xds-tls-key <file>", "its key (PEM)")
  .option("--xds-client-ca <file>", "who issues the Envoys' certificates (PEM)")
  .option("--health-address <ip>", "where /readyz, /statusz and /syncz are served", "127.0.0.1")
  .option("--health-port <n>", "port of /readyz, /statusz and /syncz", port("--health-port", 0), 8081)
  .option("--leader-elect", "one of several replicas: only the one that leads writes statuses", false)
  .option("--gateway-class <name>", "class of Gateways to serve (repeatable; default: claimgate)", collect)
  .option(
    "--status-namespace <name>",
    "namespace of Leases and of Gloo's statuses (default: the pod's, or claimgate-system)",
  )
  .option("--listener-address <ip>", "where the Envoys' listeners listen", "0.0.0.0")
  .option("--port-offset <n>", "added to the port of every listener", integer("--port-offset", 0, 65535), 0)
  .option(...JWKS_CA_FILE)
  .action(async (options) => {
    const { controller } = await import("./controller.js");
    process.exitCode = await controller({ ...options, gatewayClass: options.gatewayClass ?? ["claimgate"] });
  });

program
  .command("envoy")
  .description("an Envoy for one Gateway, configured by a controller")
  .requiredOption("--gateway <ns/name>", "the Gateway", gatewayName)
  .option(
    "--xds <host:port>",
    "where the controller serves xDS (needed, but for --manifests: claimgate.claimgate-system.svc:18000)",
    hostAndPort("--xds"),
  )
  .option("--admin-port <n>", "Envoy's admin port, on 127.0.0.1 (default: a free one)", port("--admin-port"))
  .option(
    "--concurrency <n>",
    "worker threads (default: one for each core; of --manifests 2)",
    integer("--concurrency", 1, 1024),
  )
  .option("--xds-ca <file>", "who issued the controller's certificate (PEM)")
  .option("--xds-cert <file>", "the certificate that names this Gateway (PEM)")
  .option("--xds-key <file>", "its key (PEM)")
  .option("--xds-server-name <name>", "the controller's name in its certificate (default: the host of --xds)")
  .option("--print", "print the bootstrap instead", false)
  .addOption(
    new Option(
      "--manifests",
      "print a Deployment, a Service and what they need instead, for `kubectl apply -f-`",
    ).conflicts(["print", "adminPort", "xdsCa", "xdsCert", "xdsKey"]),
  )
  .option("--replicas <n>", "of the Deployment", integer("--replicas", 0, 1000), 2)
  .option("--image <name>", "of its pods (default: claimgate-envoy of this version)")
  .option("--resources <dir>", "where the Gateway is read from for --manifests (default: the cluster)")
  .option("--kubeconfig <file>", "the cluster (default: as kubectl)")
  .action(async (options) => {
    if (options.manifests) {
      const { manifests } = await import("./manifests.js");
      process.exitCode = await manifests(options);
      return;
    }
    if (options.xds === undefined) program.error("error: required option '--xds <host:port>' not specified");
    const { envoy } = await import("./envoy.js");
    process.exitCode = await envoy(options);
  });

program
  .command("certs")
  .description("certificates for xDS over mutual TLS, for clusters without cert-manager")
  .requiredOption("--gateway <ns/name>", "a Gateway that gets a client certificate (repeatable)", collect)
  .option("--server-name <name>", "DNS name by which Envoys call the controller (repeatable)", collect)
  .option("--namespace <name>", "namespace of the controller", "claimgate-system")
  .option("--days <n>", "validity", integer("--days", 1, 825), 365)
  .option("--output <manifests|dir>", "Secrets on standard output, or a directory for files", "manifests")
  .option("--ca <dir>", "directory of ca.crt and ca.key: taken from there, or made and kept there")
  .action(async (options) => {
    const { certs } = await import("./certs.js");
    const serverName = options.serverName ?? [`claimgate.${options.namespace}.svc`];
    process.exitCode = await certs({ ...options, serverName });
  });

const jws = program
  .command("jws")
  .description("JSON Web Signatures, judged by the filter's own code")
  .showHelpAfterError(false)
  // 1 says that a signature is not valid.
  .exitOverride(({ exitCode, code }) => process.exit(exitCode === 0 && code !== "commander.help" ? 0 : 2));
jws
  .command("verify")
  .description(
    "checks the signature of each compact JWS on standard input, one a line: `valid KID ALG` or `invalid REASON`",
  )
  .requiredOption("--jwks <file>", "the keys: a JWKS, a JWK, or PEM")
  .action(async ({ jwks }) => {
    const { verifyJws } = await import("./jws.js");
    process.exitCode = await verifyJws(jwks, process.stdin, (text) => process.stdout.write(`${text}\n`));
  });

await program.parseAsync();
