import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keelson-engine-"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  vi.stubEnv("PULUMI_HOME", join(folder, "home"));
  vi.stubEnv("PATH", join(folder, "bin"));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The module as it is with this test's environment: its places in the cache are constants. */
async function fresh() {
  const { engine, environment } = await import("./engine.ts");
  const { find } = await import("./part.ts");
  return { engine, environment, find };
}

function pulumi(path: string, version: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `#!/bin/sh\necho v${version}\n`);
  chmodSync(join(folder, path), 0o755);
}

test("prefers the installed engine, then the official download, then the built one", async () => {
  const { engine, find } = await fresh();
  const source = () => find(engine)?.source;
  expect(source()).toBeUndefined();
  pulumi("cache/keelson/pulumi-3.220.0/pulumi", "3.220.0");
  expect(source()).toBe("built from Go modules");
  pulumi("home/versions/3.265.0/bin/pulumi", "3.265.0");
  expect(source()).toBe("official download");
  pulumi("bin/pulumi", "3.219.9");
  expect(source()).toBe("official download");
  pulumi("bin/pulumi", "3.300.0");
  expect(source()).toBe("installed");
});

test("runs with its own folder and this Node first on PATH, and asks the vendor for nothing", async () => {
  const { environment } = await fresh();
  const env = environment({ path: "/opt/pulumi/pulumi", version: "3.220.0", source: "installed" });
  expect(env.PATH?.split(delimiter).slice(0, 2)).toEqual(["/opt/pulumi", dirname(process.execPath)]);
  expect(env).toMatchObject({
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
});

test("the modules that are built are of the versions that are asked for", async () => {
  const { engine } = await fresh();
  const { go } = await import("./go.ts");
  const module = (name: string) => readFileSync(join(import.meta.dirname, "engine", name, "go.mod"), "utf8");
  expect(module("cli")).toContain(`github.com/pulumi/pulumi/pkg/v3 v${engine.minimum} `);
  expect(module("cli")).toContain(`github.com/pulumi/pulumi/sdk/v3 v${engine.minimum} `);
  expect(module("cli")).toContain(`\ngo ${go.minimum}\n`);
  expect(module("language-host")).toContain(`\ngo ${go.minimum}\n`);
});
