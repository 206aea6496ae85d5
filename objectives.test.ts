import { expect, test } from "vitest";
import * as objectives from "./objectives.ts";

const { availability, durationBuckets, edge, latency, resources, scaling, weightOf } = objectives;

type Leaf = { path: string; figure: objectives.Figure };

function figures(node: unknown, path: string): Leaf[] {
  if (typeof node !== "object" || node === null) return [];
  if ("unit" in node) return [{ path, figure: node as objectives.Figure }];
  return Object.entries(node).flatMap(([key, child]) => figures(child, `${path}.${key}`));
}

const all = Object.entries(objectives).flatMap(([name, group]) => figures(group, name));

test("every figure is positive and names its source", () => {
  expect(all.length).toBeGreaterThan(50);
  for (const { path, figure } of all) {
    expect(figure.value, path).toBeGreaterThan(0);
    expect(figure.source, path).toMatch(/^([OIS]\d+|ours)/);
  }
});

test("every objective from O1 to O23 is stated", () => {
  const sources = all.flatMap(({ figure }) => figure.source.split(/[ ,]+/));
  for (let id = 1; id <= 23; id++) expect(sources).toContain(`O${id}`);
});

test("a request weighs what its class costs an instance", () => {
  expect((["standard", "reference", "pricing", "bulk"] as const).map(weightOf)).toEqual([1, 0.2, 2, 10]);
});

test("the strictest of figures that overlap counts", () => {
  expect(latency.overall.p95.value).toBeLessThan(latency.simpleQuery.p95.value);
  expect(edge.business.edgeTtl.value).toBeLessThanOrEqual(edge.business.browserTtl.value);
  expect(scaling.instances.min.value).toBeLessThan(scaling.instances.max.value);
  expect(availability.uptime.value + availability.serverErrors.value).toBeCloseTo(100);
  expect(resources.databasePool.used.value).toBeLessThan(100);
});

test("the duration buckets hold every latency promise, in order", () => {
  const buckets = durationBuckets();
  expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
  for (const seconds of [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1, 5]) expect(buckets).toContain(seconds);
});
