import { LRUCache } from "lru-cache";
import type { PartHealth } from "../probe.ts";
import type { Entry } from "./entry.ts";
import type { Layer } from "./layer.ts";

/** Entries in this process, bounded in bytes; the least recently used leave first. */
export class MemoryLayer implements Layer {
  readonly name = "memory";
  readonly #entries: LRUCache<string, Entry>;

  /** @param maxBytes what all entries together may take */
  constructor(maxBytes: number) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (entry, key) => entry.size + key.length,
      // The clock that the entries' own expiries are read from.
      perf: Date,
    });
  }

  /** Like `get`, at once. */
  peek(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Like `set`, at once. */
  put(key: string, entry: Entry, ttlMs: number): void {
    if (ttlMs > 0) this.#entries.set(key, entry, { ttl: ttlMs });
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.peek(key);
  }

  async set(key: string, entry: Entry, ttlMs: number): Promise<void> {
    this.put(key, entry, ttlMs);
  }

  async health(): Promise<PartHealth> {
    return { name: this.name, state: "up", latencyMs: 0 };
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }
}
