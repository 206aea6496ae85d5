import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Answer, Cache } from "./cache.ts";
import { Entry } from "./entry.ts";
import type { Layer } from "./layer.ts";
import { MemoryLayer } from "./memory.ts";
import { policies } from "./policies.ts";

const found: Answer = { status: 200, body: '{"id":1}' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function build(shared: Layer = new MemoryLayer(1e6)) {
  const registry = new Registry();
  const memory = new MemoryLayer(1e6);
  const load = vi.fn(async () => found);
  return { cache: new Cache(memory, shared, registry), memory, shared, registry, load };
}

/** Two instances that share a layer, as two processes share Redis. */
function buildPair() {
  const shared = new MemoryLayer(1e6);
  return [build(shared), build(shared)] as const;
}

test("a miss is a promise and fills both layers; then a hit is at once", async () => {
  const { cache, shared, load } = build();
  const missed = cache.get("business", "k", load);
  expect(missed).toBeInstanceOf(Promise);
  const entry = await missed;
  expect(cache.get("business", "k", load)).toBe(entry);
  expect(await shared.get("k")).toBe(entry);
  expect(load).toHaveBeenCalledOnce();
});

test("an answer another instance keeps is taken over, with its expiry", async () => {
  const [one, other] = buildPair();
  const { expires } = await one.cache.get("business", "k", one.load);
  vi.advanceTimersByTime(100_000);
  const taken = await other.cache.get("business", "k", other.load);
  expect(taken.expires).toBe(expires);
  expect(other.load).not.toHaveBeenCalled();
});

test("no layer answers past the total lifetime, whenever it was filled", async () => {
  const [one, other] = buildPair();
  const totalMs = policies.business.total * 1000;
  await one.cache.get("business", "k", one.load);
  vi.advanceTimersByTime(totalMs - 1000);
  expect(await other.cache.get("business", "k", other.load)).toBeInstanceOf(Entry);
  expect(other.cache.get("business", "k", other.load)).toBeInstanceOf(Entry);
  vi.advanceTimersByTime(1001);
  await other.cache.get("business", "k", other.load);
  expect(other.load).toHaveBeenCalledOnce();
});

test("memory gives an answer up after its share, the shared layer after the total", async () => {
  const { cache, memory, load } = build();
  await cache.get("pricing", "k", load);
  vi.advanceTimersByTime(policies.pricing.memory * 1000 + 1);
  expect(memory.peek("k")).toBeUndefined();
  await cache.get("pricing", "k", load);
  expect(load).toHaveBeenCalledOnce();
});

test("an answer of none is kept briefly", async () => {
  const { cache } = build();
  const load = vi.fn(async () => ({ status: 404, body: "{}" }));
  await cache.get("business", "k", load);
  expect(cache.get("business", "k", load)).toMatchObject({ status: 404 });
  vi.advanceTimersByTime(policies.business.negative * 1000 + 1);
  await cache.get("business", "k", load);
  expect(load).toHaveBeenCalledTimes(2);
});

test("concurrent misses of a key share one load", async () => {
  const { cache, load } = build();
  const entries = await Promise.all(Array.from({ length: 50 }, () => cache.get("business", "k", load)));
  expect(new Set(entries).size).toBe(1);
  expect(load).toHaveBeenCalledOnce();
});

test("a failed load is thrown to all who wait, and not kept", async () => {
  const { cache, load } = build();
  const fail = vi.fn().mockRejectedValue(new Error("no database"));
  const both = [cache.get("business", "k", fail), cache.get("business", "k", fail)];
  for (const waiting of both) await expect(waiting).rejects.toThrow("no database");
  expect(fail).toHaveBeenCalledOnce();
  expect(await cache.get("business", "k", load)).toBeInstanceOf(Entry);
});

test("a shared layer that fails is counted, and the source answers", async () => {
  const broken = new MemoryLayer(1e6);
  broken.get = () => Promise.reject(new Error("no Redis"));
  broken.set = () => Promise.reject(new Error("no Redis"));
  const { cache, registry, load } = build(broken);
  expect((await cache.get("search", "k", load)).body.toString()).toBe(found.body);
  expect(await registry.metrics()).toContain('api_cache_errors_total{cache_type="memory:search"} 2');
});

test("hits and misses are counted by layer and kind", async () => {
  const { cache, registry, load } = build(Object.assign(new MemoryLayer(1e6), { name: "redis" }));
  await cache.get("reference", "k", load);
  cache.get("reference", "k", load);
  cache.get("reference", "k", load);
  const metrics = await registry.metrics();
  expect(metrics).toContain('api_cache_misses_total{cache_type="memory:reference"} 1');
  expect(metrics).toContain('api_cache_misses_total{cache_type="redis:reference"} 1');
  expect(metrics).toContain('api_cache_hits_total{cache_type="memory:reference"} 2');
});
