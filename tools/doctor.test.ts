import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const empty = mkdtempSync(join(tmpdir(), "keelson-doctor-"));
afterAll(() => rmSync(empty, { recursive: true }));

/** Runs the doctor where there is neither an engine, nor Go, nor anything on PATH. */
function doctor(...args: string[]) {
  const env = { PATH: empty, HOME: empty, XDG_CACHE_HOME: empty };
  return spawnSync(process.execPath, [join(import.meta.dirname, "doctor.ts"), ...args], {
    env,
    encoding: "utf8",
  });
}

test("tells of what is missing what it disables and how to get it, without colour, and fails", () => {
  const { stdout, status } = doctor();
  expect(status).toBe(1);
  expect(stdout).toMatch(/✓ Node +24\./);
  expect(stdout).toMatch(
    /✗ Pulumi engine +missing \(3\.220\.0 or newer\)\n {4}disables every command that .*\n {4}Install the Pulumi CLI/,
  );
  expect(stdout).toMatch(/– Go +missing/);
  expect(stdout).not.toContain("\u001b");
});

test("tells the same as JSON", () => {
  const { stdout, status } = doctor("--json");
  const findings: { name: string; needed: boolean; found: unknown }[] = JSON.parse(stdout);
  const byName = new Map(findings.map((finding) => [finding.name, finding]));
  expect(byName.get("Node")?.found).toMatchObject({ path: process.execPath, version: process.versions.node });
  expect(byName.get("Redis server")).toMatchObject({ needed: true, found: null, minimum: "7.0" });
  expect(byName.get("Go")).toMatchObject({ needed: false, found: null });
  expect(status).toBe(1);
});

test("explains itself, and refuses options it does not know", () => {
  expect(doctor("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("npm run doctor") });
  expect(doctor("--jsn")).toMatchObject({ status: 2, stderr: expect.stringContaining("--jsn") });
});
