import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { addApp } from "./app.ts";
import { Cache } from "./cache/cache.ts";
import { MemoryLayer } from "./cache/memory.ts";
import { RedisLayer } from "./cache/redis.ts";
import { readConfig } from "./config.ts";
import { PostgresDatabase } from "./database/postgres.ts";
import { Business, type BusinessPage } from "./features/directory/schema.ts";
import { PricedCode } from "./features/pricing/schema.ts";
import { Locality } from "./features/reference/schema.ts";
import { createServer } from "./http/server.ts";

const config = readConfig({ PORT: "1", INSTANCE: "test", ...process.env });
const registry = new Registry();
const server: FastifyInstance = createServer({ instance: "test", logLevel: "silent" });
const database = new PostgresDatabase(config.database, registry, server.log);
const cache = new Cache(new MemoryLayer(1e7), new RedisLayer(config.redis, server.log), registry);

beforeAll(async () => {
  await addApp(server, {
    instance: "test",
    database,
    cache,
    registry,
    draining: new AbortController().signal,
  });
  await vi.waitFor(async () => expect((await server.inject("/health")).json().state).toBe("up"), 10_000);
});
afterAll(async () => {
  await server.close();
  await Promise.all([cache.close(), database.close()]);
});

/** The first row of a query. */
async function sample<Row extends object>(text: string): Promise<Row> {
  const [row] = await database.write<Row>({ name: text.slice(0, 63), text, values: [] });
  if (!row) throw new Error(`No rows are loaded: ${text}`);
  return row;
}

test("ready, with every part up", async () => {
  expect((await server.inject("/health/ready")).statusCode).toBe(200);
  const { parts } = (await server.inject("/health")).json();
  const names = parts.map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => name.startsWith("reader"))).toHaveLength(
    config.database.readers.length,
  );
});

test("a business by its id, and none by an id that is not there", async () => {
  const { id, name } = await sample<{ id: string; name: string }>("SELECT id, name FROM business LIMIT 1");
  const business = (await server.inject(`/v1/businesses/${id}`)).json();
  expect(Value.Check(Business, business)).toBe(true);
  expect(business).toMatchObject({ id: Number(id), name });
  expect((await server.inject(`/v1/businesses/${Number.MAX_SAFE_INTEGER}`)).statusCode).toBe(404);
});

test("pages walk all businesses of a state, once each, in order", async () => {
  const { state, count } = await sample<{ state: string; count: string }>(
    "SELECT state, count(*) FROM business GROUP BY state ORDER BY count(*), state LIMIT 1",
  );
  const ids: number[] = [];
  let next: string | null = "";
  while (next !== null) {
    const cursor: string = next && `&cursor=${next}`;
    const page: BusinessPage = (
      await server.inject(`/v1/businesses?state=${state}&limit=100${cursor}`)
    ).json();
    ids.push(...page.items.map(({ id }) => id));
    next = page.nextCursor;
  }
  expect(ids).toHaveLength(Number(count));
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
});

test("filters apply together", async () => {
  const one = await sample<{ category: string; city: string; zip: string; rating: string }>(
    "SELECT category, city, zip, rating FROM business ORDER BY rating DESC, id LIMIT 1",
  );
  const query = new URLSearchParams({ ...one, minimumRating: one.rating });
  query.delete("rating");
  const { items }: BusinessPage = (await server.inject(`/v1/businesses?${query}`)).json();
  expect(items.length).toBeGreaterThan(0);
  for (const { category, location, rating } of items) {
    expect([category.slug, location.city, location.zip]).toEqual([one.category, one.city, one.zip]);
    expect(rating).toBeGreaterThanOrEqual(Number(one.rating));
  }
});

test("the locality of a ZIP code", async () => {
  const { zip, carrier } = await sample<{ zip: string; carrier: string }>(
    "SELECT zip, carrier FROM zip_locality ORDER BY year DESC, zip LIMIT 1",
  );
  const locality = (await server.inject(`/reference/localities?zip=${zip}`)).json();
  expect(Value.Check(Locality, locality)).toBe(true);
  expect(locality.carrier).toBe(carrier);
});

test("a price in both settings", async () => {
  const { year, zip, code } = await sample<{ year: number; zip: string; code: string }>(
    "SELECT year, zip, code FROM relative_value JOIN zip_locality USING (year) WHERE modifier = '' LIMIT 1",
  );
  for (const setting of ["facility", "nonfacility"]) {
    const reply = await server.inject(`/codes/price?zip=${zip}&code=${code}&year=${year}&setting=${setting}`);
    expect(Value.Check(PricedCode, reply.json())).toBe(true);
    expect(reply.json()).toMatchObject({ zip, code, year, setting });
  }
});
