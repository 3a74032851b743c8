import { Command } from "commander";
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

await program.parseAsync();
