import { expect, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { defaultTags } from "./tags.ts";

test("the tags tell the stack and the environment", () => {
  expect(defaultTags("prod-eu", "prod")).toEqual({
    "keelson:stack": "prod-eu",
    "keelson:environment": "prod",
    "keelson:managed-by": "pulumi",
  });
});

/** Source: Tagging AWS Resources User Guide, "Tag naming limits and requirements". */
test("they keep AWS's limits, and leave room for a resource's own", () => {
  const tags = Object.entries(defaultTags("s".repeat(100), "staging"));
  // An S3 object has 10 at most, anything else 50.
  expect(tags.length).toBeLessThanOrEqual(10 - 5);
  for (const [key, value] of tags) {
    expect(key).toMatch(/^(?!aws:)[\w .:/=+@-]{1,128}$/i);
    expect(value).toMatch(/^(?!aws:)[\w .:/=+@-]{1,256}$/i);
  }
});

test.each(["", "a$b", "aws:own", "x".repeat(257)])("a value that AWS refuses is told: %j", (stack) => {
  expect(refusalOf(() => defaultTags(stack, "dev"))).toEqual([
    {
      path: "keelson:stack",
      found: JSON.stringify(stack),
      allowed: "1 to 256 letters, digits, spaces and _.:/=+@-, not beginning with aws:",
    },
  ]);
});
