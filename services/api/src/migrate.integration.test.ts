import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestSchema, type TestSchema } from "./data/test-schema.ts";
import { migrate } from "./migrate.ts";

let schema: TestSchema;
let client: pg.Client;
let applied: string[];

beforeAll(async () => {
  schema = await createTestSchema();
  client = await schema.connect();
  applied = await migrate(client, schema.name);
});

afterAll(async () => {
  await client.end();
  await schema.drop();
});

test("applies every migration once, in order", async () => {
  expect(applied).toEqual(["0001_reference", "0002_directory", "0003_dataset", "0004_grants"]);
  expect(await migrate(client, schema.name)).toEqual([]);
});

test("of two that run at once, one waits for the other", async () => {
  const other = await schema.connect();
  const both = await Promise.all([migrate(client, schema.name), migrate(other, schema.name)]).finally(() =>
    other.end(),
  );
  expect(both).toEqual([[], []]);
});

test.each([
  "",
  "where category = 'bakery'",
  "where state = 'AK'",
  "where city = 'Anchorage' and state = 'AK'",
  "where zip = '99501'",
  "where category = 'bakery' and state = 'AK'",
])("reads a page of businesses %s by id without sorting", async (where) => {
  await client.query("set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off");
  const page = `${where} ${where ? "and" : "where"} id > 1000 order by id limit 20`;
  const { rows } = await client.query(`explain select * from business ${page}`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("Index Scan");
  expect(plan).not.toMatch(/Sort|Filter/);
});

test.each([
  ["select", "business", true],
  ["insert", "business", true],
  ["update", "review", true],
  ["delete", "zip_locality", true],
  ["truncate", "business", false],
  ["select", "dataset", true],
  ["insert", "dataset", false],
  ["update", "dataset", false],
  ["select", "migration", false],
])("whether the service may %s %s: %s", async (privilege, table, allowed) => {
  const { rows } = await client.query("select has_table_privilege('api', $1::text, $2) as allowed", [
    table,
    privilege,
  ]);
  expect(rows).toEqual([{ allowed }]);
});

test.each([
  ["rating = 5.1", "business_rating_check"],
  ["rating = -1", "business_rating_check"],
  ["zip = '9950'", "business_zip_check"],
  ["state = 'ak'", "business_state_check"],
  ["latitude = 91", "business_latitude_check"],
  ["category = 'unheard-of'", "business_category_fkey"],
])("refuses a business with %s", async (change, constraint) => {
  await client.query("begin");
  try {
    await client.query(`
      insert into category values ('bakery', 'Bakery');
      insert into business (name, category, street, city, state, zip, latitude, longitude)
      values ('Harbor Bakery', 'bakery', '7 Main Street', 'Anchorage', 'AK', '99501', 61.2, -149.9)`);
    await expect(client.query(`update business set ${change}`)).rejects.toMatchObject({ constraint });
  } finally {
    await client.query("rollback");
  }
});
