/** Asking a part of the service, with a limit on the wait. */
import { performance } from "node:perf_hooks";
import { edge } from "../../../objectives.ts";

/** How a part answered when it was asked. */
export interface PartHealth {
  /** For example `writer`, `reader-1` or `redis`. */
  readonly name: string;
  readonly state: "up" | "down";
  /** How long the answer, or giving up on it, took. */
  readonly latencyMs: number;
}

/** No answer came within the time allowed. */
export class TimedOut extends Error {
  constructor(what: string, ms: number) {
    super(`${what} did not answer within ${ms} ms`);
    this.name = "TimedOut";
  }
}

/**
 * Waits for an answer no longer than allowed; an answer that comes too late is dropped.
 *
 * @param what for the error, for example `redis`
 * @throws TimedOut when no answer came
 */
export async function within<T>(ms: number, what: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(what, ms)), ms);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks a part and reports; one that is silent for longer than failure detection allows is down. */
export async function probe(name: string, ask: () => Promise<unknown>): Promise<PartHealth> {
  const start = performance.now();
  const state = await within(edge.failureDetection.value, name, ask()).then(
    () => "up" as const,
    () => "down" as const,
  );
  return { name, state, latencyMs: Math.round((performance.now() - start) * 100) / 100 };
}
