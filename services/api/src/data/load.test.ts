import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

function load(...flags: string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, "load.ts"), ...flags], { encoding: "utf8" });
}

test("explains itself", () => {
  const { status, stdout } = load("--help");
  expect(status).toBe(0);
  expect(stdout).toContain("--businesses N");
});

test("refuses bad flags before it connects", () => {
  const { status, stderr } = load("--businesses", "0");
  expect(status).toBe(1);
  expect(stderr).toBe(
    "Arguments: 1 mistake\n  businesses: found 0, allowed: a whole number from 1 to 10000000\n",
  );
});
