import { Registry } from "prom-client";
import { afterAll, expect, test, vi } from "vitest";
import { readConfig } from "../config.ts";
import { PostgresDatabase } from "./postgres.ts";

const { database: config } = readConfig({ PORT: "1", INSTANCE: "test", ...process.env });
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const nowhere = { host: "127.0.0.1", port: 1 };
const opened: PostgresDatabase[] = [];

function open(changed: Partial<typeof config> = {}, registry = new Registry(), maxConnections?: number) {
  const database = new PostgresDatabase({ ...config, ...changed }, registry, log, maxConnections);
  opened.push(database);
  return database;
}

afterAll(() => Promise.all(opened.map((database) => database.close())));

const where = {
  name: "where",
  text: "SELECT pg_is_in_recovery() AS replica, inet_server_port() AS port",
  values: [],
};
type Where = { replica: boolean; port: number };

test("reads ask readers, each in its turn; writes ask the writer", async () => {
  const database = open();
  const reads: Where[] = [];
  for (const _ of [1, 2, 3, 4]) reads.push(...(await database.read<Where>(where)));
  expect(reads.map(({ replica }) => replica)).toEqual([true, true, true, true]);
  expect(new Set(reads.map(({ port }) => port)).size).toBe(config.readers.length);
  expect(await database.write<Where>(where)).toMatchObject([{ replica: false }]);
});

test("a reader that is gone is made up for by another", async () => {
  const database = open({ readers: [nowhere, ...config.readers] });
  for (const _ of [1, 2, 3, 4]) expect(await database.read<Where>(where)).toMatchObject([{ replica: true }]);
});

test("with no reader left the writer reads", async () => {
  const database = open({ readers: [nowhere, nowhere] });
  expect(await database.read<Where>(where)).toMatchObject([{ replica: false }]);
  expect((await database.health()).map(({ state }) => state)).toEqual(["up", "down", "down"]);
});

test("a wrong statement is not tried elsewhere", async () => {
  log.warn.mockClear();
  await expect(open().read({ name: "wrong", text: "SELECT nonsense", values: [] })).rejects.toThrow(
    "nonsense",
  );
  expect(log.warn).not.toHaveBeenCalled();
});

test("a statement is prepared once for a connection", async () => {
  const database = open({ readers: [] }, new Registry(), 1);
  const prepared = {
    name: "prepared",
    text: "SELECT name FROM pg_prepared_statements ORDER BY 1",
    values: [],
  };
  await database.read(where);
  await database.read(where);
  expect(await database.read(prepared)).toEqual([{ name: "prepared" }, { name: "where" }]);
});

test("no more connections than allowed, and the rest wait their turn", async () => {
  const registry = new Registry();
  const database = open({ readers: [] }, registry, 2);
  const sleep = { name: "sleep", text: "SELECT pg_sleep(0.1)", values: [] };
  const asked = [1, 2, 3, 4, 5].map(() => database.read(sleep));
  const metrics = await registry.metrics();
  expect(metrics).toContain('api_database_connections{pool="writer"} 2');
  expect(metrics).toContain('api_database_waiting{pool="writer"} 3');
  await Promise.all(asked);
});

test("with a wrong password it is unavailable, and the password is not shown", async () => {
  log.warn.mockClear();
  const database = open({ password: "not-the-password" });
  await expect(database.read(where)).rejects.toThrow("does not answer");
  expect(JSON.stringify(log.warn.mock.calls)).not.toContain("not-the-password");
});
