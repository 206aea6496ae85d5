import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readConfig } from "../config.ts";
import { Cache } from "./cache.ts";
import { conforms } from "./conformance.ts";
import { MemoryLayer } from "./memory.ts";
import { RedisLayer } from "./redis.ts";

const { redis } = readConfig({ PORT: "1", INSTANCE: "test", ...process.env });
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const answer = { status: 200, body: JSON.stringify({ text: "long enough to compress ".repeat(100) }) };

async function open(): Promise<RedisLayer> {
  const layer = new RedisLayer(redis, log);
  await vi.waitFor(async () => expect((await layer.health()).state).toBe("up"), 10_000);
  return layer;
}

conforms("redis", open);

describe("over a Redis Cluster", () => {
  const raw = createCluster({
    rootNodes: redis.nodes.map((socket) => ({ socket })),
    defaults: { password: redis.password },
  });
  let layer: RedisLayer;
  beforeAll(async () => {
    await raw.connect();
    layer = await open();
  });
  afterAll(async () => {
    await layer.close();
    await raw.close();
  });

  const instance = () => new Cache(new MemoryLayer(1e6), layer, new Registry());
  const key = () => `test:${randomUUID()}`;

  test("what one instance loads, another takes over into its memory", async () => {
    const at = key();
    const load = vi.fn(async () => answer);
    const made = await instance().get("business", at, load);
    const other = instance();
    await vi.waitFor(async () => expect(await raw.exists(at)).toBe(1));
    const taken = await other.get("business", at, load);
    expect(taken.expires).toBe(made.expires);
    expect(taken.as("br").etag).toBe(made.as("br").etag);
    expect(other.get("business", at, load)).toBe(taken);
    expect(load).toHaveBeenCalledOnce();
  });

  test("Redis forgets an answer when its lifetime ends", async () => {
    const at = key();
    const { expires } = await instance().get("business", at, async () => answer);
    await vi.waitFor(async () => expect(await raw.exists(at)).toBe(1));
    expect(await raw.pExpireTime(at)).toBeLessThanOrEqual(expires + 1000);
  });

  test("keys of every primary are kept", async () => {
    const keys = Array.from({ length: 60 }, key);
    await Promise.all(keys.map((at) => instance().get("search", at, async () => answer)));
    await vi.waitFor(async () => {
      const kept = await Promise.all(keys.map((at) => raw.exists(at)));
      expect(kept).toEqual(keys.map(() => 1));
    });
  });

  test.each([
    ["a foreign value", (_: Buffer) => Buffer.from("poison")],
    ["a truncated value", (record: Buffer) => record.subarray(0, -10)],
  ])("%s is dropped and loaded again", async (_, spoil) => {
    const at = key();
    await instance().get("business", at, async () => answer);
    const record = await vi.waitUntil(() => layer.get(at));
    await raw.set(at, spoil(Buffer.from(record.body)));
    expect(await layer.get(at)).toBeUndefined();
    expect(await raw.exists(at)).toBe(0);
    const load = vi.fn(async () => answer);
    expect((await instance().get("business", at, load)).body.toString()).toBe(answer.body);
    expect(load).toHaveBeenCalledOnce();
  });
});

test.each([
  ["with a wrong password", { ...redis, password: "wrong" }],
  ["on a port where nothing listens", { ...redis, nodes: [{ host: "127.0.0.1", port: 1 }] }],
])("%s it is down, and the source answers without waiting", async (_, config) => {
  const layer = new RedisLayer(config, log);
  const cache = new Cache(new MemoryLayer(1e6), layer, new Registry());
  const start = Date.now();
  expect((await cache.get("business", "k", async () => answer)).status).toBe(200);
  expect(Date.now() - start).toBeLessThan(500);
  expect(await layer.health()).toMatchObject({ state: "down" });
  await vi.waitFor(() => expect(log.warn).toHaveBeenCalled());
  expect(JSON.stringify(log.warn.mock.calls)).not.toContain(config.password);
  await layer.close();
});
