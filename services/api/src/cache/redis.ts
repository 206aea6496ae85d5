/** The layer that all instances share: a Redis Cluster. */
import { setTimeout as sleep } from "node:timers/promises";
import { createCluster, RESP_TYPES } from "redis";
import type { RedisConfig } from "../config.ts";
import type { Log } from "../log.ts";
import { type PartHealth, probe, TimedOut, within } from "../probe.ts";
import type { Entry } from "./entry.ts";
import type { Layer } from "./layer.ts";
import { decodeRecord, encodeRecord } from "./record.ts";

/** How long a command may take, in ms: past this the database is as quick, so the answer is worth no wait. */
const commandMs = 100;

/** How long connecting to all primaries may take, and how often a lost cluster is looked for, in ms. */
const connectMs = 1000;

/** How often at most an unreachable cluster is logged, in ms. */
const logEveryMs = 10_000;

/**
 * Entries in a Redis Cluster. It connects in the background, and again whenever it is lost; until then
 * every call fails at once.
 */
export class RedisLayer implements Layer {
  readonly name = "redis";
  readonly #log: Log;
  readonly #cluster: ReturnType<typeof clusterOf>;
  readonly #closing = new AbortController();
  #checking: Promise<void> | undefined;
  #lastLogged = 0;

  constructor(config: RedisConfig, log: Log) {
    this.#log = log;
    this.#cluster = clusterOf(config);
    this.#cluster.on("error", (error: Error) => this.#warn(error));
    this.#cluster.on("node-error", (error: Error) => this.#warn(error));
    void this.#connect();
  }

  async get(key: string): Promise<Entry | undefined> {
    const bytes = await this.#answered(this.#cluster.get(key));
    if (bytes === null) return undefined;
    const entry = decodeRecord(bytes);
    if (!entry) await this.#answered(this.#cluster.del(key));
    return entry;
  }

  async set(key: string, entry: Entry, ttlMs: number): Promise<void> {
    if (ttlMs <= 0) return;
    const expiration = { type: "PX", value: ttlMs } as const;
    await this.#answered(this.#cluster.set(key, encodeRecord(entry), { expiration }));
  }

  /** Up when every primary answers. */
  health(): Promise<PartHealth> {
    return probe(this.name, async () => {
      if (!this.#cluster.isReady) throw new Error("not connected");
      const clients = await Promise.all(this.#cluster.masters.map((node) => this.#cluster.nodeClient(node)));
      await Promise.all(clients.map((client) => client.ping()));
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cluster.destroy();
  }

  async #answered<T>(command: Promise<T>): Promise<T> {
    try {
      return await within(commandMs, this.name, command);
    } catch (error) {
      if (error instanceof TimedOut) this.#checking ??= this.#reconnectIfSilent();
      throw error;
    }
  }

  /**
   * A node that hangs keeps its connections open, and its slots stay with it in what the client knows even
   * when a replica has taken over. So all is connected anew, and meanwhile calls fail without waiting.
   */
  async #reconnectIfSilent(): Promise<void> {
    if ((await this.health()).state === "down" && this.#cluster.isReady) {
      this.#warn(new Error("A primary hangs"));
      this.#cluster.destroy();
      await this.#connect();
    }
    this.#checking = undefined;
  }

  async #connect(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await within(connectMs, this.name, this.#cluster.connect());
        this.#log.info("The Redis Cluster is connected");
        return;
      } catch {
        this.#cluster.destroy();
        await sleep(connectMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  #warn(error: Error): void {
    if (this.#closing.signal.aborted || Date.now() - this.#lastLogged < logEveryMs) return;
    this.#lastLogged = Date.now();
    this.#log.warn(
      { err: error },
      "Redis does not answer; requests go to the database. Check REDIS_NODES and REDIS_PASSWORD",
    );
  }
}

function clusterOf({ nodes, password }: RedisConfig) {
  return createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
    defaults: {
      password,
      disableOfflineQueue: true,
      socket: { connectTimeout: connectMs },
    },
    topologyRefreshOnReconnectionAttemptStrategy: connectMs,
  }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}
