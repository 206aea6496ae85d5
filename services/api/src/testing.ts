/** What the tests build the application from: no server, no port. */
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import { addApp } from "./app.ts";
import { Cache } from "./cache/cache.ts";
import { MemoryLayer } from "./cache/memory.ts";
import { type Database, DatabaseUnavailable, type Query } from "./database/database.ts";
import { createServer } from "./http/server.ts";
import type { PartHealth } from "./probe.ts";

/** A database in this process: rows by the first word of a query's name. */
export class FakeDatabase implements Database {
  /** What it was asked, in order. */
  readonly asked: Query[] = [];
  isUp = true;
  readonly #answers: Readonly<Record<string, (...values: never[]) => object[]>>;

  /** @param answers takes a query's values and gives its rows */
  constructor(answers: Readonly<Record<string, (...values: never[]) => object[]>> = {}) {
    this.#answers = answers;
  }

  async read<Row extends object>(query: Query): Promise<Row[]> {
    if (!this.isUp) throw new DatabaseUnavailable(new Error("connect ECONNREFUSED"));
    this.asked.push(query);
    const answer = this.#answers[query.name.split(" ")[0] ?? ""];
    if (!answer) throw new Error(`Nobody answers the query "${query.name}"`);
    return answer(...(query.values as never[])) as Row[];
  }

  write<Row extends object>(query: Query): Promise<Row[]> {
    return this.read(query);
  }

  async health(): Promise<PartHealth[]> {
    const state = this.isUp ? "up" : "down";
    return ["writer", "reader-1"].map((name) => ({ name, state, latencyMs: 1 }));
  }

  async close(): Promise<void> {}
}

/** An application over a fake database and a cache in this process. */
export interface TestApp {
  readonly server: FastifyInstance;
  readonly cache: Cache;
  readonly registry: Registry;
  readonly stop: AbortController;
}

/** Builds one; close its server when done. */
export async function testApp(database: Database = new FakeDatabase()): Promise<TestApp> {
  const server = createServer({ instance: "test", logLevel: "silent" });
  const registry = new Registry();
  const cache = new Cache(new MemoryLayer(1e6), new MemoryLayer(1e6), registry);
  const stop = new AbortController();
  await addApp(server, { instance: "test", database, cache, registry, draining: stop.signal });
  return { server, cache, registry, stop };
}
