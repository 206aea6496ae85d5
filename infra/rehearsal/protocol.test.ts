import { expect, test } from "vitest";
import { fromStruct, hasUnknown, known, toStruct, unknown } from "./protocol.ts";

test("values come back as they went, without what is undefined or null", () => {
  const values = { text: "a", number: 1.5, yes: true, list: [1, "b", { c: [] }], nested: { d: {} } };
  expect(fromStruct(toStruct({ ...values, absent: undefined, nothing: null }))).toEqual(values);
  expect(fromStruct(undefined)).toEqual({});
});

test("every kind of unknown that the engine sends is one", () => {
  const number = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
  const list = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2";
  expect(fromStruct(toStruct({ a: { b: [number] }, c: list, d: unknown }))).toEqual({
    a: { b: [unknown] },
    c: unknown,
    d: unknown,
  });
});

test("the known part leaves out what is unknown, and a list that an unknown is in", () => {
  const values = { a: unknown, b: { c: unknown, d: 1 }, e: ["x", unknown], f: [{ g: unknown, h: 2 }] };
  expect(known(values)).toEqual({ b: { d: 1 }, f: [{ h: 2 }] });
  expect(hasUnknown(values)).toBe(true);
  expect(hasUnknown(known(values))).toBe(false);
});
