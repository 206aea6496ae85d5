import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeDatabase, type TestApp, testApp } from "../../testing.ts";
import { encodeCursor } from "./cursor.ts";
import { Business, BusinessPage } from "./schema.ts";
import { businessRow } from "./testing.ts";

const rows = Array.from({ length: 7 }, (_, index) => businessRow(index + 1));
const database = new FakeDatabase({
  business: (id: number) => rows.filter((row) => row.id === String(id)),
  businesses: (...values: number[]) => {
    const [after, limit] = values.length === 2 ? values : [0, ...values];
    return rows.filter(({ id }) => Number(id) > (after ?? 0)).slice(0, limit);
  },
});
let app: TestApp;
beforeAll(async () => {
  app = await testApp(database);
});
afterAll(() => app.server.close());

const get = (url: string) => app.server.inject(url);

test("a business by its id", async () => {
  const business = (await get("/v1/businesses/3")).json();
  expect(Value.Check(Business, business)).toBe(true);
  expect(business).toMatchObject({
    id: 3,
    category: { slug: "bakery", name: "Bakery" },
    location: { city: "Anchorage", latitude: 61.2176, longitude: -149.8997 },
    rating: 4.5,
    reviewCount: 128,
  });
});

test("pages follow one another, and the last says so", async () => {
  const seen: number[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: BusinessPage = (await get(`/v1/businesses?limit=3${cursor && `&cursor=${cursor}`}`)).json();
    expect(Value.Check(BusinessPage, page)).toBe(true);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a page that ends with the last business has no next", async () => {
  expect((await get("/v1/businesses?limit=7")).json().nextCursor).toBeNull();
});

test("every filter becomes a condition with its value, never text", async () => {
  const filters = "category=cafe&state=AK&city=O'Hara&zip=99501&minimumRating=4.5&limit=2";
  await get(`/v1/businesses?${filters}&cursor=${encodeCursor(5)}`).catch(() => undefined);
  const asked = database.asked.at(-1);
  expect(asked?.values).toEqual(["cafe", "AK", "O'Hara", "99501", 4.5, 5, 3]);
  expect(asked?.text).toContain(
    "b.category = $1 AND b.state = $2 AND b.city = $3 AND b.zip = $4 AND b.rating >= $5 AND b.id > $6",
  );
  expect(asked?.name.length).toBeLessThanOrEqual(63);
});
