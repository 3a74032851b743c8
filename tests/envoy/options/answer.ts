// What became of a request to httpbin's /get, in a line.
import type { Http1Response } from "../../support/http1.js";

/** `STATUS BODY`; of what passed, the path and the headers about tokens and claims that reached httpbin. */
export function answer(response: Http1Response): string {
  if (response.status !== 200) return `${response.status} ${response.body}`;
  const received = JSON.parse(response.body) as { url: string; headers: Record<string, string[]> };
  const url = received.url.replace(/^http:\/\/[^/]*/, "");
  const seen = Object.entries(received.headers)
    .filter(([name]) => name === "Authorization" || /^X-(?!Forwarded|Envoy|Request)/.test(name))
    .map(([name, values]) => `${name.toLowerCase()}: ${values.join("|")}`);
  return [response.status, url, ...seen.sort()].join(" ").replace(/[\w-]+\.[\w-]+\.[\w-]{300,}/g, "TOKEN");
}
