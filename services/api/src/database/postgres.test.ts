import pg from "pg";
import { Registry } from "prom-client";
import { expect, test, vi } from "vitest";
import { DatabaseUnavailable } from "./database.ts";
import { PostgresDatabase } from "./postgres.ts";
import { isUnavailable } from "./server.ts";

const nowhere = { host: "127.0.0.1", port: 1 };
const config = { writer: nowhere, readers: [nowhere, nowhere], name: "d", user: "u", password: "hush" };
const query = { name: "one", text: "SELECT 1", values: [] };

function sqlError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError("told by the server", 1, "error"), { code });
}

test.each(["08006", "28P01", "3D000", "53300", "57P01", "57P03"])("SQLSTATE %s: the server", (code) => {
  expect(isUnavailable(sqlError(code))).toBe(true);
});

test.each(["42601", "23505", "57014", "22P02"])("SQLSTATE %s: the statement", (code) => {
  expect(isUnavailable(sqlError(code))).toBe(false);
});

test("a failed connection is the server's", () => {
  expect(isUnavailable(new Error("Connection terminated unexpectedly"))).toBe(true);
});

test("with no server it says so, tries every one of them, and shows no password", async () => {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const database = new PostgresDatabase(config, new Registry(), log);
  await expect(database.read(query)).rejects.toThrow(DatabaseUnavailable);
  const tried = log.warn.mock.calls.map(([details]) => details.server);
  expect(tried.toSorted()).toEqual(["reader-1", "reader-2", "writer"]);
  expect(tried.at(-1)).toBe("writer");
  expect(JSON.stringify(log.warn.mock.calls)).not.toContain("hush");
  expect((await database.health()).map(({ state }) => state)).toEqual(["down", "down", "down"]);
  await database.close();
});

test("a pool opens at most what is promised, and shows its connections", async () => {
  const registry = new Registry();
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const database = new PostgresDatabase(config, registry, log);
  const metrics = await registry.metrics();
  expect(metrics).toContain('api_database_connections_max{pool="writer"} 10');
  expect(metrics).toContain('api_database_connections_idle{pool="reader-2"} 0');
  expect(metrics).toContain('api_database_waiting{pool="reader-1"} 0');
  await database.close();
});
