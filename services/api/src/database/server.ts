/** One database server with its pool of connections. */
import pg from "pg";
import { edge, latency, resources } from "../../../../objectives.ts";
import type { Address } from "../address.ts";
import type { DatabaseConfig } from "../config.ts";
import type { Log } from "../log.ts";
import { type PartHealth, probe } from "../probe.ts";
import type { Query } from "./database.ts";

/** How long a server that failed is left alone before it is tried again, in ms. */
const restMs = edge.failureDetection.value;

/** A statement that runs longer than the slowest request may take is cancelled, in ms. */
const statementMs = latency.search.max.value;

/** A server, its pool, and whether it failed lately. */
export class Server {
  readonly name: string;
  readonly pool: pg.Pool;
  readonly #log: Log;
  #restsUntil = 0;

  /**
   * @param name for example `reader-1`
   * @param login what all servers share
   * @param maxConnections the most its pool opens
   */
  constructor(name: string, address: Address, login: DatabaseConfig, maxConnections: number, log: Log) {
    this.name = name;
    this.#log = log;
    this.pool = new pg.Pool({
      ...address,
      database: login.name,
      user: login.user,
      password: login.password,
      max: maxConnections,
      maxLifetimeSeconds: resources.databasePool.recycle.value,
      connectionTimeoutMillis: edge.failureDetection.value,
      statement_timeout: statementMs,
      // The server cancels first; this is for one that no longer answers at all.
      query_timeout: statementMs + edge.failureDetection.value,
      keepAlive: true,
    });
    // An idle connection that breaks leaves the pool by itself; the next query shows whether it matters.
    this.pool.on("error", (error) => this.#rest(error));
  }

  /** Whether it failed so lately that others are tried first. */
  get resting(): boolean {
    return Date.now() < this.#restsUntil;
  }

  /** Statements that run or wait. */
  get load(): number {
    return this.pool.totalCount - this.pool.idleCount + this.pool.waitingCount;
  }

  /** @throws what the server or its connection says; after a failed connection the server rests */
  async run<Row extends object>({ name, text, values }: Query): Promise<Row[]> {
    try {
      const { rows } = await this.pool.query<Row>({ name, text, values: [...values] });
      return rows;
    } catch (error) {
      if (isUnavailable(error)) this.#rest(error);
      throw error;
    }
  }

  health(): Promise<PartHealth> {
    return probe(this.name, () => this.pool.query("SELECT 1"));
  }

  #rest(error: unknown): void {
    if (!this.resting) this.#log.warn({ err: error, server: this.name }, "A database server does not answer");
    this.#restsUntil = Date.now() + restMs;
  }
}

/**
 * Whether an error says that the server cannot be used, not that the statement is wrong. The classes of
 * SQLSTATE are those of PostgreSQL's appendix A: 08 connection, 28 login, 3D no such database, 53 out of
 * resources, 57P stopping or starting. Without a SQLSTATE the connection itself failed.
 */
export function isUnavailable(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|28|3D|53|57P)/.test(error.code ?? "");
}
