import fc from "fast-check";
import { expect, test } from "vitest";
import { cacheKey } from "./key.ts";

test("the order of the fields does not matter, nor do fields left out", () => {
  const one = cacheKey("search", "/v1/businesses", { state: "AK", limit: 20, city: undefined });
  expect(one).toBe(cacheKey("search", "/v1/businesses", { limit: 20, state: "AK" }));
  expect(one).toBe("keelson:1:search:/v1/businesses?limit=20&state=AK");
});

test("different values never share a key", () => {
  const fields = fc.record({ a: fc.string(), b: fc.string() });
  fc.assert(
    fc.property(fields, fields, (one, other) => {
      const same = one.a === other.a && one.b === other.b;
      expect(cacheKey("search", "/", one) === cacheKey("search", "/", other)).toBe(same);
    }),
  );
});
