import { expect, test } from "vitest";
import { cache } from "../../../../objectives.ts";
import { policies } from "./policies.ts";

test.each(Object.entries(policies))("%s stays within the layers' own lifetimes", (_, policy) => {
  expect(policy.total).toBeLessThanOrEqual(cache.redis.ttl.value);
  expect(policy.memory).toBeLessThanOrEqual(Math.min(policy.total, cache.memory.ttl.value));
  expect(policy.negative).toBeLessThanOrEqual(policy.total);
  expect(policy.negative).toBeGreaterThan(0);
});

test("reference data is never older than promised", () => {
  expect(policies.reference.total).toBeLessThanOrEqual(cache.referenceStaleness.value);
});
