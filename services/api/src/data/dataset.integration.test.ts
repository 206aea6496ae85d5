import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../migrate.ts";
import { type Dataset, loadDatasets } from "./dataset.ts";
import { generatedDirectory } from "./directory-dataset.ts";
import { ownReference } from "./reference-dataset.ts";
import { createTestSchema, type TestSchema } from "./test-schema.ts";

let schema: TestSchema;
let client: pg.Client;
let reader: pg.Client;

beforeAll(async () => {
  schema = await createTestSchema();
  client = await schema.connect();
  reader = await schema.connect();
  await migrate(client, schema.name);
});

afterAll(async () => {
  await Promise.all([client.end(), reader.end()]);
  await schema.drop();
});

test("loads once, and again only when something changed", async () => {
  const rowsOf = async (...datasets: Dataset[]) =>
    (await loadDatasets(client, datasets)).map(({ rows }) => rows);
  const rows = await rowsOf(ownReference(), directory(300, 1));
  expect(rows[0]).toBe(109 + 42_956 + 235);
  expect(rows[1]).toBe(24 + 300 + (await count("review")));
  expect(await rowsOf(ownReference(), directory(300, 1))).toEqual([undefined, undefined]);
  expect((await rowsOf(ownReference(), directory(200, 1)))[0]).toBeUndefined();
  expect(await count("business")).toBe(200);
});

test("states of each business what its reviews say", async () => {
  await loadDatasets(client, [directory(300, 2)]);
  const { rows } = await client.query(`
    select b.id from business b left join review r on r.business_id = b.id
    group by b.id
    having b.review_count <> count(r) or b.rating <> coalesce(round(avg(r.rating), 1), 0)`);
  expect(rows).toEqual([]);
});

test("a business added afterwards gets the next id", async () => {
  await loadDatasets(client, [directory(250, 1)]);
  const { rows } = await client.query(`
    insert into business (name, category, street, city, state, zip, latitude, longitude)
    values ('Harbor Bakery', 'bakery', '7 Main Street', 'Anchorage', 'AK', '99501', 61.2, -149.9)
    returning id`);
  expect(rows).toEqual([{ id: "251" }]);
});

test("readers see the old rows until the new ones are complete, and keep them when a load fails", async () => {
  await loadDatasets(client, [directory(100, 1)]);
  const seen: number[] = [];
  const next = directory(150, 1);
  const failing: Dataset = {
    ...next,
    async replace(client) {
      await next.replace(client);
      seen.push(await count("business"));
      throw new Error("out of disk");
    },
  };
  await expect(loadDatasets(client, [failing])).rejects.toThrow("out of disk");
  expect(seen).toEqual([100]);
  expect(await count("business")).toBe(100);
});

test("of two loads at once, the second finds what the first has loaded", async () => {
  const other = await schema.connect();
  const loads = await Promise.all([
    loadDatasets(client, [directory(120, 3)]),
    loadDatasets(other, [directory(120, 3)]),
  ]).finally(() => other.end());
  expect(loads.flat().filter(({ rows }) => rows === undefined)).toHaveLength(1);
});

function directory(businesses: number, seed: number): Dataset {
  return generatedDirectory(businesses, seed, () => {});
}

/** As another connection sees it. */
async function count(table: string): Promise<number> {
  const { rows } = await reader.query(`select count(*)::int as count from ${table}`);
  return rows[0].count;
}
