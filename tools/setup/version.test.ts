import { expect, test } from "vitest";
import { compareVersions, parseVersion } from "./version.ts";

test.each([
  ["v3.220.0\n", "3.220.0"],
  ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "7.0.15"],
  ["HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/", "2.6.12"],
  ["postgres (PostgreSQL) 18beta1", "18"],
  ["prometheus, version 2.42.0+ds (branch: debian/sid)", "2.42.0"],
  ["go version go1.26.8 linux/amd64", "1.26.8"],
  ["k6 v1.8.1 (go1.26.8, linux/amd64)", "1.8.1"],
  ["command not found", undefined],
])("reads the version in %j", (text, version) => {
  expect(parseVersion(text)).toBe(version);
});

test("orders versions by number, not by letter, with absent numbers as 0", () => {
  const versions = ["3.220.0", "3.9.1", "15", "3.220.1", "15.0.1", "2.40"];
  expect(versions.sort(compareVersions)).toEqual(["2.40", "3.9.1", "3.220.0", "3.220.1", "15", "15.0.1"]);
  expect(compareVersions("15", "15.0")).toBe(0);
});
