export interface ArgumentOptions {
  /** Worker threads; Envoy's default is one for each core. */
  readonly concurrency?: number;
  /** Envoy's --log-level; "warning" unless given. */
  readonly logLevel?: string;
  /** Seconds a connection may live on after its listener has changed or gone; 30 unless given. */
  readonly drainSeconds?: number;
}

/** Envoy's arguments but those that say where its configuration is. */
export function envoyArguments({ concurrency, logLevel, drainSeconds }: ArgumentOptions): string[] {
  return [
    ...["--log-level", logLevel ?? "warning"],
    // Connections that were open when their listener changed are judged by the old filter chain: not for Envoy's 600 s.
    ...["--drain-time-s", String(drainSeconds ?? 30), "--drain-strategy", "immediate"],
    ...(concurrency === undefined ? [] : ["--concurrency", String(concurrency)]),
  ];
}
