import { expect, test } from "vitest";
import { Entry } from "./entry.ts";
import { decodeRecord, encodeRecord } from "./record.ts";

const entry = new Entry(404, Buffer.from('{"title":"Not Found"}'), 1_765_000_000_123);

test("an entry comes back as it went", () => {
  const back = decodeRecord(encodeRecord(entry));
  expect(back).toMatchObject({ status: 404, expires: 1_765_000_000_123 });
  expect(back?.body).toEqual(entry.body);
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["less than a header", encodeRecord(entry).subarray(0, 20)],
  ["a truncated body", encodeRecord(entry).subarray(0, -1)],
  ["a foreign value", Buffer.from('{"some":"JSON that another program wrote under this key"}')],
  ["another version", Buffer.concat([Buffer.from("KLN0"), encodeRecord(entry).subarray(4)])],
])("%s is no record", (_, bytes) => {
  expect(decodeRecord(bytes)).toBeUndefined();
});
