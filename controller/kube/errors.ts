import type { IncomingMessage } from "node:http";

/** An API server's refusal. */
export class ApiError extends Error {
  constructor(
    /** HTTP status, or the code of a watch's ERROR event. */
    readonly status: number,
    message: string,
    /** How long the server wants to be left alone. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

interface Status {
  code?: number;
  message?: string;
  reason?: string;
}

/** From a metav1.Status, in an answer or in an ERROR event. */
export function errorOfStatus(status: unknown, code?: number, retryAfterMs?: number): ApiError {
  const { code: own, message, reason } = (status ?? {}) as Status;
  return new ApiError(code ?? own ?? 500, message || reason || `status ${code ?? own}`, retryAfterMs);
}

export function apiErrorOf(response: IncomingMessage, text: string): ApiError {
  const seconds = Number(response.headers["retry-after"] ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  try {
    return errorOfStatus(JSON.parse(text), response.statusCode, retryAfterMs);
  } catch {
    // Something in between, such as a proxy's page.
    const message = `${response.statusCode} ${response.statusMessage ?? ""}`.trim();
    return new ApiError(response.statusCode!, message, retryAfterMs);
  }
}

/** One line of why a request failed. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return `${error.status}: ${error.message}`;
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  // Several addresses of one name: an AggregateError has no message of its own.
  if (!message && errors !== undefined && errors.length > 0) return reasonOf(errors[0]);
  return message || code || String(error);
}
