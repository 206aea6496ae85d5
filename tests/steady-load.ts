/** A constant rate of requests, whatever the answers take: what users do, and loops of clients do not. */
import { setTimeout as sleep } from "node:timers/promises";

export interface LoadResult {
  readonly requests: number;
  /** Answers that were not 2xx, and requests without an answer, by what went wrong. */
  readonly failures: readonly string[];
}

/**
 * Sends requests until the work is done.
 *
 * @param rate requests a second
 * @param urlOf gives the URL of request number `index`
 */
export async function underLoad<T>(
  rate: number,
  urlOf: (index: number) => string,
  work: () => Promise<T>,
): Promise<LoadResult & { readonly value: T }> {
  const failures: string[] = [];
  const pending: Promise<void>[] = [];
  let done = false;
  const loop = (async () => {
    const start = Date.now();
    for (let index = 0; !done; index++) {
      const ahead = start + (index * 1000) / rate - Date.now();
      if (ahead > 1) await sleep(ahead);
      pending.push(request(urlOf(index), failures));
    }
  })();
  try {
    const value = await work();
    return {
      value,
      failures,
      get requests() {
        return pending.length;
      },
    };
  } finally {
    done = true;
    await loop;
    await Promise.all(pending);
  }
}

async function request(url: string, failures: string[]): Promise<void> {
  try {
    // Past the edge's cache, so that every request needs an instance.
    const headers = { "cache-control": "no-cache" };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    if (!response.ok) failures.push(`${response.status} ${url}`);
  } catch (error) {
    failures.push(`${(error as Error).message} ${url}`);
  }
}
