import { Type } from "typebox";
import { expect, test } from "vitest";
import { InvalidInput, validate } from "./validate.ts";

const schema = Type.Object(
  {
    tier: Type.Union([Type.Literal("small"), Type.Literal("large")]),
    count: Type.Integer({ minimum: 1, maximum: 9, default: 3 }),
    token: Type.String({ pattern: "^[a-z]+$", writeOnly: true }),
    ports: Type.Optional(
      Type.Object({ edge: Type.Integer({ minimum: 1024 }) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

function mistakesOf(value: unknown) {
  try {
    validate("Test", schema, value);
  } catch (error) {
    if (error instanceof InvalidInput) return error.mistakes;
    throw error;
  }
  throw new Error("was accepted");
}

test("a right value comes back with its defaults, and is not changed itself", () => {
  const value = { tier: "small", token: "abc" };
  expect(validate("Test", schema, value)).toEqual({ tier: "small", token: "abc", count: 3 });
  expect(value).not.toHaveProperty("count");
});

test("every mistake is told at once, with path, found and allowed", () => {
  const mistakes = mistakesOf({ tier: "huge", count: 50, ports: { edge: 80, egde: 1 } });
  expect(mistakes).toEqual([
    { path: "token", found: "nothing", allowed: "a string matching ^[a-z]+$" },
    { path: "tier", found: '"huge"', allowed: '"small" or "large"' },
    { path: "count", found: "50", allowed: "a whole number from 1 to 9" },
    { path: "ports.egde", found: "a field nobody reads", allowed: "one of edge" },
    { path: "ports.edge", found: "80", allowed: "a whole number of at least 1024" },
  ]);
});

test("a secret is not printed", () => {
  expect(JSON.stringify(mistakesOf({ tier: "small", token: "HUNTER2" }))).not.toContain("HUNTER2");
});

test("rules between fields run when the shape is right", () => {
  const rule = () => [{ path: "count", found: "3", allowed: "an even number" }];
  expect(() => validate("Test", schema, { tier: "small", token: "a" }, [rule])).toThrow(
    "Test: 1 mistake\n  count: found 3, allowed: an even number",
  );
});
