import { expect, test } from "vitest";
import { Entry } from "../cache/entry.ts";
import { cacheControl } from "./representation.ts";

const entry = (status: number) => new Entry(status, Buffer.from("{}"), 100_000);

test("what is left of the lifetime, in whole seconds", () => {
  expect(cacheControl("search", entry(200), 40_500)).toBe("public, max-age=59");
  expect(cacheControl("business", entry(404), 95_000)).toBe("public, max-age=5");
});

test("never less than nothing", () => {
  expect(cacheControl("reference", entry(200), 101_000)).toBe("public, max-age=0");
});
