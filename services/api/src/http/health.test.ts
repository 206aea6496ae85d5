import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeDatabase, type TestApp, testApp } from "../testing.ts";

let database: FakeDatabase;
let app: TestApp;
beforeEach(async () => {
  database = new FakeDatabase();
  app = await testApp(database);
});
afterEach(() => app.server.close());

const get = (url: string) => app.server.inject(url);

test("alive whatever its parts are", async () => {
  database.isUp = false;
  expect((await get("/health/live")).statusCode).toBe(200);
});

test("not ready before a database server answered; ready from then on", async () => {
  database.isUp = false;
  expect((await get("/health/ready")).statusCode).toBe(503);
  database.isUp = true;
  expect((await get("/health/ready")).statusCode).toBe(200);
  database.isUp = false;
  expect((await get("/health/ready")).json()).toEqual({ state: "up" });
});

test("draining: not ready, alive, serving, and every connection ends", async () => {
  await get("/health/ready");
  expect((await get("/health/live")).headers.connection).not.toBe("close");
  app.stop.abort();
  expect((await get("/health/ready")).statusCode).toBe(503);
  const live = await get("/health/live");
  expect(live.statusCode).toBe(200);
  expect(live.headers.connection).toBe("close");
});

test("the summary lists every part", async () => {
  const reply = await get("/health");
  expect(reply.statusCode).toBe(200);
  expect(reply.headers["cache-control"]).toBe("no-store");
  expect(reply.json()).toEqual({
    state: "up",
    instance: "test",
    parts: [
      { name: "writer", state: "up", latencyMs: 1 },
      { name: "reader-1", state: "up", latencyMs: 1 },
      { name: "memory", state: "up", latencyMs: 0 },
      { name: "memory", state: "up", latencyMs: 0 },
    ],
  });
});

test("degraded while a part is down, down without any database", async () => {
  database.health = async () => [
    { name: "writer", state: "down", latencyMs: 1000 },
    { name: "reader-1", state: "up", latencyMs: 1 },
  ];
  const degraded = await get("/health");
  expect([degraded.statusCode, degraded.json().state]).toEqual([200, "degraded"]);
  database.health = async () => [{ name: "writer", state: "down", latencyMs: 1000 }];
  const down = await get("/health");
  expect([down.statusCode, down.json().state]).toEqual([503, "down"]);
});
