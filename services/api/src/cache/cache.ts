/** The cache: memory, then a layer that all instances share, then the source. */
import { Counter, type Registry } from "prom-client";
import type { PartHealth } from "../probe.ts";
import { Entry } from "./entry.ts";
import type { Layer } from "./layer.ts";
import type { MemoryLayer } from "./memory.ts";
import { type Kind, policies } from "./policies.ts";

/** An answer as its source gives it. */
export interface Answer {
  /** 200, or 404 for an answer that says there is none. */
  readonly status: number;
  readonly body: string;
}

/** Asks the source of an answer. */
export type Load = () => Promise<Answer>;

/** Answers from the nearest layer that has them, and fills the nearer ones on the way back. */
export class Cache {
  readonly #memory: MemoryLayer;
  readonly #shared: Layer;
  readonly #loading = new Map<string, Promise<Entry>>();
  readonly #hits: Counter;
  readonly #misses: Counter;
  readonly #errors: Counter;

  /**
   * @param memory asked first, without waiting
   * @param shared asked next; when it fails, the source is asked as if the key were unknown
   * @param registry where hits, misses and errors are counted, by `<layer>:<kind>`
   */
  constructor(memory: MemoryLayer, shared: Layer, registry: Registry) {
    this.#memory = memory;
    this.#shared = shared;
    const counter = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ["cache_type"], registers: [registry] });
    this.#hits = counter("api_cache_hits_total", "Look-ups that a cache layer answered");
    this.#misses = counter("api_cache_misses_total", "Look-ups that a cache layer could not answer");
    this.#errors = counter("api_cache_errors_total", "Reads and writes that a cache layer failed");
  }

  /**
   * The answer for a key. Concurrent misses of one key share one load.
   *
   * @param load asked only when no layer has the answer
   * @returns the entry itself when memory has it, so that a hit waits for nothing, and a promise otherwise
   * @throws what `load` throws; such a failure is not cached
   */
  get(kind: Kind, key: string, load: Load): Entry | Promise<Entry> {
    const hit = this.#memory.peek(key);
    this.#count(this.#memory, kind, hit);
    return hit ?? this.#loading.get(key) ?? this.#fetch(kind, key, load);
  }

  /** How every layer answers. */
  health(): Promise<PartHealth[]> {
    return Promise.all([this.#memory, this.#shared].map((layer) => layer.health()));
  }

  async close(): Promise<void> {
    await Promise.all([this.#memory, this.#shared].map((layer) => layer.close()));
  }

  #fetch(kind: Kind, key: string, load: Load): Promise<Entry> {
    const entry = this.#fromSharedOrSource(kind, key, load).finally(() => this.#loading.delete(key));
    this.#loading.set(key, entry);
    return entry;
  }

  async #fromSharedOrSource(kind: Kind, key: string, load: Load): Promise<Entry> {
    const entry = (await this.#fromShared(kind, key)) ?? (await this.#fromSource(kind, key, load));
    const memoryMs = policies[kind].memory * 1000;
    this.#memory.put(key, entry, Math.min(memoryMs, entry.expires - Date.now()));
    return entry;
  }

  async #fromShared(kind: Kind, key: string): Promise<Entry | undefined> {
    const entry = await this.#shared.get(key).catch(() => this.#countError(kind));
    this.#count(this.#shared, kind, entry);
    return entry;
  }

  async #fromSource(kind: Kind, key: string, load: Load): Promise<Entry> {
    const { status, body } = await load();
    const lifetimeMs = (status === 200 ? policies[kind].total : policies[kind].negative) * 1000;
    const entry = new Entry(status, Buffer.from(body), Date.now() + lifetimeMs);
    // Not awaited: a slow layer must not slow the answer.
    this.#shared.set(key, entry, lifetimeMs).catch(() => this.#countError(kind));
    return entry;
  }

  #count(layer: Layer, kind: Kind, found: Entry | undefined): void {
    const counter = found ? this.#hits : this.#misses;
    counter.inc({ cache_type: `${layer.name}:${kind}` });
  }

  #countError(kind: Kind): undefined {
    this.#errors.inc({ cache_type: `${this.#shared.name}:${kind}` });
  }
}
