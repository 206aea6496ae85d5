/** PostgreSQL: one writer, and readers that stream from it. */
import { Gauge, type Registry } from "prom-client";
import { cache, latency, throughput } from "../../../../objectives.ts";
import type { DatabaseConfig } from "../config.ts";
import type { Log } from "../log.ts";
import type { PartHealth } from "../probe.ts";
import { type Database, DatabaseUnavailable, type Query } from "./database.ts";
import { isUnavailable, Server } from "./server.ts";

/**
 * The most connections of one pool, by Little's law: an instance's requests a second that miss the cache,
 * times the longest that one may take. All pools of an instance (a writer and up to four readers) then stay
 * within the promised 20 + 30, and ten instances within half of a server's 200 connections.
 */
const missesPerSecond = (throughput.perInstance.standard.value * (100 - cache.hitRatio.value)) / 100;
const defaultMaxConnections = Math.ceil((missesPerSecond * latency.cacheMiss.p99.value) / 1000);

/** A `Database` over connection pools, one a server. */
export class PostgresDatabase implements Database {
  readonly #writer: Server;
  readonly #readers: readonly Server[];
  #turn = 0;

  /**
   * @param registry where the pools' connections are shown
   * @param maxConnections the most connections of one pool, default 10
   */
  constructor(
    config: DatabaseConfig,
    registry: Registry,
    log: Log,
    maxConnections: number = defaultMaxConnections,
  ) {
    this.#writer = new Server("writer", config.writer, config, maxConnections, log);
    this.#readers = config.readers.map(
      (address, index) => new Server(`reader-${index + 1}`, address, config, maxConnections, log),
    );
    showPools(this.#servers, registry);
  }

  /** Asks the least busy reader, on its failure one other, then the writer, then those that failed lately. */
  read<Row extends object>(query: Query): Promise<Row[]> {
    const readers = this.#leastBusyReaders();
    const awake = readers.filter(({ resting }) => !resting);
    const asleep = readers.filter(({ resting }) => resting);
    return this.#ask([...awake.slice(0, 2), this.#writer, ...asleep], query);
  }

  write<Row extends object>(query: Query): Promise<Row[]> {
    return this.#ask([this.#writer], query);
  }

  health(): Promise<PartHealth[]> {
    return Promise.all(this.#servers.map((server) => server.health()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.pool.end()));
  }

  get #servers(): readonly Server[] {
    return [this.#writer, ...this.#readers];
  }

  /** Among the equally busy, each has its turn. */
  #leastBusyReaders(): Server[] {
    const first = this.#turn++ % Math.max(1, this.#readers.length);
    const inTurn = [...this.#readers.slice(first), ...this.#readers.slice(0, first)];
    return inTurn.sort((a, b) => a.load - b.load);
  }

  async #ask<Row extends object>(servers: readonly Server[], query: Query): Promise<Row[]> {
    let failure: unknown;
    for (const server of servers) {
      try {
        return await server.run<Row>(query);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        failure = error;
      }
    }
    throw new DatabaseUnavailable(failure);
  }
}

function showPools(servers: readonly Server[], registry: Registry): void {
  const gauge = (name: string, help: string, read: (server: Server) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["pool"],
      registers: [registry],
      collect() {
        for (const server of servers) this.set({ pool: server.name }, read(server));
      },
    });
  gauge("api_database_connections", "Open connections", ({ pool }) => pool.totalCount);
  gauge("api_database_connections_idle", "Open connections that do nothing", ({ pool }) => pool.idleCount);
  gauge("api_database_connections_max", "Connections a pool may open", ({ pool }) => pool.options.max);
  gauge("api_database_waiting", "Statements that wait for a connection", ({ pool }) => pool.waitingCount);
}
