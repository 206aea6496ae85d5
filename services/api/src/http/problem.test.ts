import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeDatabase, type TestApp, testApp } from "../testing.ts";

const database = new FakeDatabase({
  business: () => {
    throw new Error("a bug that quotes a secret");
  },
});
let app: TestApp;
beforeAll(async () => {
  app = await testApp(database);
});
afterAll(() => app.server.close());

const get = (url: string) => app.server.inject(url);

test("wrong input: 400 with every wrong field, what was found and what is allowed", async () => {
  const reply = await get("/v1/businesses?limit=500&state=ak&cursor=zz&flavour=sweet");
  expect(reply.statusCode).toBe(400);
  expect(reply.headers["content-type"]).toContain("application/problem+json");
  const { mistakes, ...problem } = reply.json();
  expect(problem).toMatchObject({ type: "about:blank", title: "Bad Request", status: 400 });
  expect(mistakes.map(({ path }: { path: string }) => path).sort()).toEqual([
    "cursor",
    "flavour",
    "limit",
    "state",
  ]);
  expect(mistakes).toContainEqual({
    path: "limit",
    found: "500",
    allowed: "a whole number from 1 to 100",
  });
});

test.each(["abc", "0", "1.5", "-1", "9007199254740993"])("no business has the id %s: 400", async (id) => {
  const reply = await get(`/v1/businesses/${id}`);
  expect(reply.statusCode).toBe(400);
  expect(reply.json().mistakes[0].path).toBe("id");
});

test("an unknown route: 404", async () => {
  const reply = await get("/nowhere");
  expect(reply.statusCode).toBe(404);
  expect(reply.json()).toMatchObject({ title: "Not Found", status: 404 });
});

test("no database: 503, and when to come back", async () => {
  database.isUp = false;
  const reply = await get("/v1/businesses/7");
  database.isUp = true;
  expect(reply.statusCode).toBe(503);
  expect(reply.headers["retry-after"]).toBe("1");
  expect(reply.json()).toMatchObject({ status: 503, detail: expect.stringContaining("try again") });
});

test("a bug: 500 that tells nothing of the inside", async () => {
  const reply = await get("/v1/businesses/7");
  expect(reply.statusCode).toBe(500);
  expect(reply.body).not.toContain("secret");
  expect(reply.headers["cache-control"]).toBe("no-store");
});
