import { expect, test } from "vitest";
import { encode } from "./copy.ts";

test("escapes what would end a field or a row", () => {
  const rows = [{ id: 1, at: new Date(0), text: "back\\slash\ttab\r\nline" }];
  expect([...encode(["id", "text", "at"], rows)]).toEqual([
    "1\tback\\\\slash\\ttab\\r\\nline\t1970-01-01T00:00:00.000Z\n",
  ]);
});

test("sends many rows in few pieces, and none when there are none", () => {
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, text: "x".repeat(20) }));
  const pieces = [...encode(["id", "text"], rows)];
  expect(pieces.length).toBeLessThan(10);
  expect(pieces.join("").trimEnd().split("\n")).toHaveLength(rows.length);
  expect([...encode(["id", "text"], [])]).toEqual([]);
});
