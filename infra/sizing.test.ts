import { expect, test } from "vitest";
import { scaling } from "../objectives.ts";
import { type CloudEnvironment, sizing } from "./sizing.ts";

/** Requirement I10: at least these. */
const asked: Record<CloudEnvironment, number[]> = {
  dev: [2, 2, 4, 0, 2, 8],
  staging: [3, 4, 8, 1, 4, 16],
  prod: [5, 8, 16, 3, 8, 32],
};

test.each(Object.entries(asked))("%s has at least what I10 asks", (environment, least) => {
  const { nodes, database } = sizing[environment as CloudEnvironment];
  const has = [nodes.count, nodes.size.cpu, nodes.size.memory];
  has.push(database.replicas, database.size.cpu, database.size.memory);
  for (const [index, value] of has.entries())
    expect(value).toBeGreaterThanOrEqual(least[index] ?? Number.NaN);
});

test("nodes stay within the bounds of vertical scaling (I12)", () => {
  const { cpu, memory } = scaling.node;
  for (const { nodes } of [sizing.dev, sizing.staging, sizing.prod]) {
    expect(nodes.size.cpu).toBeGreaterThanOrEqual(cpu.min.value);
    expect(nodes.size.cpu).toBeLessThanOrEqual(cpu.max.value);
    expect(nodes.size.memory).toBeGreaterThanOrEqual(memory.min.value);
    expect(nodes.size.memory).toBeLessThanOrEqual(memory.max.value);
  }
});
