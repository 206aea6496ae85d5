import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edge } from "../../../../objectives.ts";
import { businessRow } from "../features/directory/testing.ts";
import { FakeDatabase, type TestApp, testApp } from "../testing.ts";

const rows = Array.from({ length: 40 }, (_, index) => businessRow(index + 1));
const database = new FakeDatabase({
  business: (id: number) => rows.filter((row) => row.id === String(id)),
  businesses: (limit: number) => rows.slice(0, limit),
});

let app: TestApp;
beforeAll(async () => {
  app = await testApp(database);
});
afterAll(() => app.server.close());

const get = (url: string, headers: Record<string, string> = {}) => app.server.inject({ url, headers });

test("the second answer comes from memory, byte for byte", async () => {
  const [first, second] = [await get("/v1/businesses/1"), await get("/v1/businesses/1")];
  expect(first.statusCode).toBe(200);
  expect(second.rawPayload).toEqual(first.rawPayload);
  expect(second.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(database.asked.filter(({ values }) => values[0] === 1)).toHaveLength(1);
});

test("the same filters in another order are one entry", async () => {
  const before = database.asked.length;
  await get("/v1/businesses?limit=21");
  await get("/v1/businesses?limit=21&");
  await get("/v1/businesses?limit=20");
  await get("/v1/businesses");
  expect(database.asked.length - before).toBe(2);
});

describe("validators", () => {
  test.each(["exact", "weakened", "in a list", "star"])("a client that holds the answer: %s", async (how) => {
    const { etag } = (await get("/v1/businesses/2")).headers;
    const held = { exact: etag, weakened: `W/${etag}`, "in a list": `"a", ${etag}`, star: "*" }[how];
    const reply = await get("/v1/businesses/2", { "if-none-match": String(held) });
    expect(reply.statusCode).toBe(304);
    expect(reply.body).toBe("");
    expect(reply.headers).toMatchObject({ etag, vary: "Accept-Encoding" });
    expect(reply.headers["cache-control"]).toBeDefined();
  });

  test("a client that holds another answer gets this one", async () => {
    const { etag } = (await get("/v1/businesses/2")).headers;
    const reply = await get("/v1/businesses/3", { "if-none-match": String(etag) });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers.etag).not.toBe(etag);
  });
});

describe("content codings", () => {
  test.each([
    ["br, gzip", "br"],
    ["gzip, deflate", "gzip"],
    ["gzip;q=1, br;q=0.5", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["identity", undefined],
    ["zstd", undefined],
    ["", undefined],
  ])("accept-encoding %j gets %s", async (accepted, coding) => {
    const plain = await get("/v1/businesses");
    const reply = await get("/v1/businesses", { "accept-encoding": accepted });
    expect(reply.headers["content-encoding"]).toBe(coding);
    expect(reply.headers.vary).toBe("Accept-Encoding");
    expect(decoded(coding, reply.rawPayload)).toEqual(plain.rawPayload);
    expect(reply.headers.etag === plain.headers.etag).toBe(coding === undefined);
  });

  test("a small answer stays as it is", async () => {
    const reply = await get("/v1/businesses/1", { "accept-encoding": "br" });
    expect(reply.headers["content-encoding"]).toBeUndefined();
  });
});

describe("lifetimes", () => {
  test("a business: what the objectives say for browser and edge", async () => {
    const { browserTtl, edgeTtl } = edge.business;
    expect((await get("/v1/businesses/1")).headers["cache-control"]).toBe(
      `public, max-age=${browserTtl.value}, s-maxage=${edgeTtl.value}`,
    );
  });

  test("a business that is not there: no longer than the service keeps it", async () => {
    const reply = await get("/v1/businesses/999");
    expect(reply.statusCode).toBe(404);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(reply.json()).toMatchObject({ title: "Not Found", status: 404 });
    expect(reply.headers["cache-control"]).toMatch(/^public, max-age=(9|10)$/);
  });
});

function decoded(coding: string | undefined, body: Buffer): Buffer {
  if (coding === undefined) return body;
  return coding === "br" ? brotliDecompressSync(body) : gunzipSync(body);
}

test("HEAD answers like GET, without the body", async () => {
  const reply = await app.server.inject({ method: "HEAD", url: "/v1/businesses/1" });
  const whole = await get("/v1/businesses/1");
  expect(reply.body).toBe("");
  expect(reply.headers["content-length"]).toBe(whole.headers["content-length"]);
  expect(reply.headers.etag).toBe(whole.headers.etag);
});
