import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Entry } from "./entry.ts";

const long = Buffer.from(JSON.stringify(Array.from({ length: 100 }, (_, id) => ({ id, name: "bakery" }))));
const short = Buffer.from('{"id":1}');

test("every encoding holds the same answer under its own tag", () => {
  const entry = new Entry(200, long, 0);
  const [br, gzip, identity] = (["br", "gzip", "identity"] as const).map((encoding) => entry.as(encoding));
  expect(brotliDecompressSync(br?.body ?? "")).toEqual(long);
  expect(gunzipSync(gzip?.body ?? "")).toEqual(long);
  expect(identity?.body).toEqual(long);
  expect(new Set([br?.etag, gzip?.etag, identity?.etag]).size).toBe(3);
  expect((br?.body.length ?? 0) + (gzip?.body.length ?? 0)).toBeLessThan(long.length);
});

test("a compressed form is made once", () => {
  const entry = new Entry(200, long, 0);
  expect(entry.as("br").body).toBe(entry.as("br").body);
});

test("a small answer is not compressed", () => {
  expect(new Entry(200, short, 0).as("br")).toMatchObject({ encoding: "identity", body: short });
});

test("the tag follows the bytes", () => {
  const tag = (body: Buffer) => new Entry(200, body, 0).as("identity").etag;
  expect(tag(short)).toMatch(/^"[\w-]{22}"$/);
  expect(tag(short)).toBe(tag(Buffer.from(short)));
  expect(tag(short)).not.toBe(tag(long));
});
