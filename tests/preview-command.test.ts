/** `npm run preview` as its users run it: on stack `dev` of this repository, without an account. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Value } from "typebox/value";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { type PreviewReport, previewSchema } from "../infra/rehearsal/report-schema.ts";
import { repository } from "../tools/setup/node.mjs";
import { readConfig } from "../tools/stack.ts";
import { makeScratchFolder, type ScratchFolder } from "./scratch-folder.ts";

let scratch: ScratchFolder;
beforeEach(() => {
  scratch = makeScratchFolder();
});
afterEach(() => scratch.remove());

/** Starts the command with its temporary files in the scratch folder, and an account and a network of no use. */
function start(...args: string[]) {
  return spawn(process.execPath, [join(repository, "tools/preview.ts"), ...args], {
    cwd: repository,
    env: {
      ...process.env,
      TMPDIR: scratch.path,
      AWS_ACCESS_KEY_ID: "nobody",
      AWS_SECRET_ACCESS_KEY: "nothing",
      PULUMI_BACKEND_URL: "s3://nowhere",
      HTTP_PROXY: "http://127.0.0.1:9",
      HTTPS_PROXY: "http://127.0.0.1:9",
    },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function preview(...args: string[]) {
  const child = start(...args);
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  expect(readdirSync(scratch.path)).toEqual([]);
  expect(scratch.processes()).toEqual([]);
  return { code, stdout, stderr };
}

/** Settings of `dev` with others in their place. */
function settings(changed: Record<string, unknown>): Record<string, unknown> {
  return { ...readConfig(join(repository, "Pulumi.dev.yaml")), ...changed };
}

test("for people: what it is, the tree, the sums, the outputs and the total", async () => {
  const { code, stdout, stderr } = await preview("dev");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [first, tree, table, outputs, last] = stdout.trim().split("\n\n");
  expect(first).toBe(
    'Rehearsal of stack "dev": the real program and engine, stand-ins instead of AWS (no account, no credentials).',
  );
  expect(tree).toMatch(/^\+ Stack keelson-dev\n└─ \+ Platform\n/);
  expect(tree).toMatch(/─ \+ rds\.Cluster$/m);
  expect(table).toMatch(/^Type +create\n/);
  expect(outputs).toMatch(/^Outputs\n/);
  expect(last).toMatch(/^\d+ resources: \d+ to create\. Rehearsed in [\d.]+ s\.$/);
  expect(stderr).toMatch(/^100 resources …$/m);
  expect(stdout + stderr).not.toContain("\u001b");
});

test("for programs: one document that keeps to the published schema", async () => {
  const { code, stdout } = await preview("dev", "--json");
  expect(code).toBe(0);
  const report: PreviewReport = JSON.parse(stdout);
  expect(Value.Errors(previewSchema, report)).toEqual([]);
  expect(report).toMatchObject({ version: 1, stack: "dev", rehearsal: true, succeeded: true, losses: [] });
  expect(report.resources.length).toBe(report.changes.create);
  const cluster = report.resources.find(({ type }) => type === "aws:rds/cluster:Cluster");
  expect(cluster).toMatchObject({ operation: "create", stateful: true, protected: false });
  expect(cluster?.properties.engine).toBe("aurora-postgresql");
});

test("a mistake in the settings is told as such, and ends with 1", async () => {
  const file = join(scratch.path, "settings.yaml");
  writeFileSync(file, stringify({ config: settings({ "keelson:instances": { min: 5, max: 2 } }) }));
  const child = start("dev", "--settings", file);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  expect({ code, stdout: stdout.split("\n").length }).toEqual({ code: 1, stdout: 3 });
  expect(stderr).toContain('Settings of stack "dev": 1 mistake\n  instances.min: found 5, allowed:');
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(stderr).toMatch(/The preview failed after [\d.]+ s\.\n$/);
});

test.each([
  [["nowhere"], 2, "stack: found nowhere, allowed: dev, prod, staging"],
  [[], 2, "stack: found nothing, allowed: dev, prod, staging"],
  [["dev", "--jsn"], 2, "'--jsn'"],
  [["dev", "--settings", "nowhere.yaml"], 1, "The settings cannot be read"],
  [["dev", "--settings", "Pulumi.local.yaml"], 1, 'is for environment "local"'],
])("%j ends with %i", async (args, code, message) => {
  const ended = await preview(...args);
  expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(message) });
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends the engine and the stand-ins, and leaves nothing",
  async (signal) => {
    const child = start("dev");
    const ended = once(child, "close");
    const stderr = text(child.stderr);
    await expect.poll(() => scratch.processes().length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(2);
    process.kill(-(child.pid as number), signal);
    expect(await ended).toEqual([1, null]);
    expect(await stderr).toContain("Interrupted.");
    expect(readdirSync(scratch.path)).toEqual([]);
    await expect.poll(scratch.processes, { timeout: 5000 }).toEqual([]);
  },
);
