import { Agent, get } from "node:http";

/** Requests one URL over a few kept-alive connections until told to stop; then tells every answer that was not `status`. */
export class Load {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #unexpected: string[] = [];
  readonly #workers: Promise<void>[];
  #stopping = false;
  #count = 0;

  constructor(url: string, status = 200) {
    this.#workers = Array.from({ length: 4 }, async () => {
      while (!this.#stopping) {
        const answer = await this.#request(url);
        this.#count++;
        if (answer !== String(status)) this.#unexpected.push(answer);
      }
    });
  }

  async stop(): Promise<{ count: number; unexpected: readonly string[] }> {
    this.#stopping = true;
    await Promise.all(this.#workers);
    this.#agent.destroy();
    return { count: this.#count, unexpected: this.#unexpected };
  }

  #request(url: string): Promise<string> {
    return new Promise((resolve) => {
      get(url, { agent: this.#agent }, (response) => {
        response.resume();
        response.on("end", () => resolve(String(response.statusCode)));
        response.on("error", (error) => resolve(error.message));
      }).on("error", (error) => resolve(error.message));
    });
  }
}
