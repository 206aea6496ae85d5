import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { edge } from "../../objectives.ts";
import { findServers } from "../../tools/setup/servers.ts";
import { configuration } from "./edge.ts";

const args = {
  port: 8080,
  metricsPort: 8404,
  instances: ["127.0.0.1:8081", "127.0.0.1:8082"],
};

function milliseconds(text: string, name: string): number {
  return Number(new RegExp(`${name} (\\d+)ms`).exec(text)?.[1]);
}

test("HAProxy itself accepts the configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), "keelson-edge-"));
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, configuration(args));
  try {
    execFileSync(findServers().haproxy, ["-c", "-f", file], { cwd: folder, stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every instance is a server of the backend", () => {
  expect(configuration(args)).toContain("server api-1 127.0.0.1:8081\n  server api-2 127.0.0.1:8082\n");
});

test("a frozen instance is found out within the promise", () => {
  const text = configuration(args);
  const checks = milliseconds(text, "inter") + milliseconds(text, "fastinter");
  expect(checks + 2 * milliseconds(text, "timeout check")).toBeLessThanOrEqual(edge.failureDetection.value);
  expect(milliseconds(text, "timeout server")).toBeLessThanOrEqual(edge.failureDetection.value);
});
