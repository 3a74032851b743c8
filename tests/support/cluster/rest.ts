// The API server's HTTP API itself, where kubectl would put its answer into words of its own.
import { readFileSync } from "node:fs";
import { request } from "node:https";

/** metav1.Status, as far as tests read it. */
export interface Status {
  readonly kind: "Status";
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] };
}

export interface Answer<T> {
  readonly code: number;
  readonly body: T;
}

interface User {
  readonly token?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key-data"?: string;
}

function decoded(base64: string | undefined): Buffer | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}

/** Sends a request as the user of a cluster's kubeconfig, and reads the whole answer as JSON. */
export function rest<T>(kubeconfig: string, method: string, path: string, body?: object): Promise<Answer<T>> {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
    users: { user: User }[];
  };
  const { server, "certificate-authority-data": authority } = clusters[0]!.cluster;
  const { user } = users[0]!;
  const options = {
    method,
    ca: decoded(authority),
    cert: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
    headers: {
      "content-type": "application/json",
      ...(user.token === undefined ? {} : { authorization: `Bearer ${user.token}` }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server), options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ code: response.statusCode!, body: JSON.parse(text) as T }));
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
