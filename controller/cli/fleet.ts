// The Envoys of file mode: one for each Gateway, started and stopped as Gateways come and go.
import { EnvoyProcess } from "../envoy/process.js";

export interface FleetOptions {
  executable: string;
  xds: { address: string; port: number };
  /** First admin port; free ones if absent. */
  adminPort?: number;
  concurrency: number;
  onNotice: (line: string) => void;
}

export class Fleet {
  private readonly envoys = new Map<string, { process: EnvoyProcess; slot: number }>();
  /** Changes follow one another: a Gateway that comes back must find its ports free. */
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly options: FleetOptions) {}

  /** Starts the first Envoys; rejects with one line if one cannot be started. */
  async start(gateways: readonly string[]): Promise<void> {
    for (const gateway of gateways) await this.launch(gateway);
  }

  /** Starts and stops Envoys until there is one for each Gateway. Problems become notices. */
  follow(gateways: readonly string[]): void {
    const wanted = [...gateways];
    this.work = this.work.then(async () => {
      for (const [gateway, { process }] of [...this.envoys]) {
        if (wanted.includes(gateway)) continue;
        this.envoys.delete(gateway);
        await process.stop();
      }
      for (const gateway of wanted) {
        if (this.envoys.has(gateway)) continue;
        await this.launch(gateway).catch((error: Error) => this.options.onNotice(error.message));
      }
    });
  }

  async stop(): Promise<void> {
    await this.work;
    await Promise.all([...this.envoys.values()].map(({ process }) => process.stop()));
    this.envoys.clear();
  }

  private async launch(gateway: string): Promise<void> {
    const { executable, xds, adminPort, concurrency, onNotice } = this.options;
    const slots = new Set([...this.envoys.values()].map(({ slot }) => slot));
    let slot = 0;
    while (slots.has(slot)) slot++;
    const process = new EnvoyProcess({
      gateway,
      xds,
      executable,
      concurrency,
      adminPort: adminPort === undefined ? 0 : adminPort + slot,
      onExit: (reason, delay) => onNotice(`Envoy of Gateway ${gateway} ${reason}; starts again in ${delay} ms`),
    });
    this.envoys.set(gateway, { process, slot });
    try {
      await process.start();
    } catch (error) {
      this.envoys.delete(gateway);
      throw error;
    }
  }
}
