import { Type } from "typebox";
import { expect, test } from "vitest";
import { numberCoercion } from "./coerce.ts";

const coerced = numberCoercion(
  Type.Object({
    count: Type.Optional(Type.Integer()),
    ratio: Type.Optional(Type.Number()),
    zip: Type.String(),
  }),
);

test("fields that are numbers become numbers, others stay", () => {
  expect(coerced({ count: "12", ratio: "-0.5", zip: "01234" })).toEqual({
    count: 12,
    ratio: -0.5,
    zip: "01234",
  });
});

test.each(["", " 1", "1e3", "0x10", "1.", "one", ["1", "2"]])("%j is no number", (count) => {
  expect(coerced({ count, zip: "01234" })).toEqual({ count, zip: "01234" });
});
