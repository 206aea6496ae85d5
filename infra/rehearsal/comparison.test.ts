import { expect, test } from "vitest";
import { changesBetween, dotted, written } from "./comparison.ts";
import { type Properties, unknown } from "./protocol.ts";

/** Changes as `<kind> <path>`. */
function changes(before: Properties, after: Properties, ordered: readonly string[] = []) {
  const found = changesBetween(before, after, (path) => ordered.includes(dotted(path)));
  return found.map(({ kind, path }) => `${kind} ${written(path)}`);
}

test("equal properties have no changes, however their keys are ordered", () => {
  expect(changes({ a: 1, b: { c: [1], d: {} } }, { b: { d: {}, c: [1] }, a: 1 })).toEqual([]);
});

test("a change is named by the outermost property that is new, gone or another", () => {
  expect(changes({ a: { b: 1, c: 2 } }, { a: { b: 3, d: { e: 4 } } })).toEqual([
    "update a.b",
    "delete a.c",
    "add a.d",
  ]);
  expect(changes({ rules: [{ port: 1 }] }, { rules: [{ port: 1 }, { port: 2 }] })).toEqual(["add rules[1]"]);
  expect(changes({ tags: { "k8s.io/role": "a" } }, { tags: {} })).toEqual(['delete tags["k8s.io/role"]']);
});

test("the innermost properties of what is new or gone are known as well", () => {
  const [change] = changesBetween({}, { a: { b: [{ c: 1 }], d: [] } }, () => false);
  expect(change?.leaves.map(written)).toEqual(["a.b[0].c", "a.d"]);
});

test("lists of plain values are sets, unless their order matters", () => {
  expect(changes({ ids: ["a", "b"] }, { ids: ["b", "a", "a"] })).toEqual([]);
  expect(changes({ ids: ["a", "b"] }, { ids: ["b", "a"] }, ["ids"])).toEqual(["update ids"]);
  expect(changes({ ids: ["a", "b"] }, { ids: ["a", "c"] })).toEqual(["update ids"]);
  expect(changes({ ids: [] }, { ids: ["a"] })).toEqual(["update ids"]);
});

test("what is unknown counts as changed", () => {
  expect(changes({ a: "x" }, { a: unknown })).toEqual(["update a"]);
  expect(changes({ a: unknown }, { a: unknown })).toEqual(["update a"]);
  expect(changes({ ids: ["a"] }, { ids: ["a", unknown] })).toEqual(["update ids"]);
  expect(changes({ a: { b: 1 } }, { a: unknown })).toEqual(["update a"]);
});
