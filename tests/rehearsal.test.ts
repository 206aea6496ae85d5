/** Rehearses small programs with the real engine. Each test has a session of its own. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import type { Run } from "../infra/rehearsal/events.ts";
import { openRehearsal, type Rehearsal } from "../infra/rehearsal/rehearsal.ts";
import { render } from "../infra/rehearsal/report.ts";
import { exitCode, toReport } from "../infra/rehearsal/report-schema.ts";
import { environment } from "../tools/setup/engine.ts";
import { repository } from "../tools/setup/node.mjs";
import { setUp } from "../tools/setup/setup.ts";
import { makeScratchFolder, type ScratchFolder } from "./scratch-folder.ts";

let scratch: ScratchFolder;
let temporary: string;
let rehearsal: Rehearsal | undefined;
let reached: number;

beforeEach(() => {
  scratch = makeScratchFolder();
  temporary = join(scratch.path, "tmp");
  mkdirSync(temporary);
  vi.stubEnv("TMPDIR", temporary);
  reached = 0;
});

afterEach(async () => {
  await rehearsal?.close();
  rehearsal = undefined;
  vi.unstubAllEnvs();
  const left = readdirSync(temporary);
  scratch.remove();
  expect(left).toEqual([]);
  expect(scratch.processes()).toEqual([]);
});

/** Opens a session on a program of this source, which finds `pulumi`, `random` and `config`. */
async function rehearse(source: string, config: Record<string, unknown> = {}): Promise<Rehearsal> {
  const program = join(scratch.path, "program");
  mkdirSync(program);
  symlinkSync(join(repository, "node_modules"), join(program, "node_modules"));
  writeFileSync(join(program, "package.json"), `{ "type": "module" }`);
  const project = {
    name: "small",
    main: "main.ts",
    runtime: { name: "nodejs", options: { typescript: false } },
  };
  writeFileSync(join(program, "Pulumi.yaml"), stringify(project));
  const imports = `import * as pulumi from "@pulumi/pulumi";\nimport * as random from "@pulumi/random";`;
  writeFileSync(
    join(program, "main.ts"),
    `${imports}\nconst config = new pulumi.Config("small");\n${source}`,
  );
  const { pulumi } = await setUp(["pulumi"]);
  rehearsal = await openRehearsal({
    stack: "dev",
    config,
    engine: environment(pulumi),
    program,
    progress: (resources) => {
      reached = resources;
    },
  });
  return rehearsal;
}

function kinds({ steps }: Run): Record<string, string> {
  return Object.fromEntries(steps.map(({ name, op }) => [name, op]));
}

const two = `
  class Pair extends pulumi.ComponentResource {
    constructor(name: string, length: number) {
      super("keelson:cloud:Pair", name);
      new random.RandomPassword(name + "-kept", { length: 20 }, { parent: this });
      new random.RandomPassword(name + "-changing", { length }, { parent: this, protect: config.getBoolean("kept") });
    }
  }
  new Pair("pair", config.requireNumber("length"));`;

test("preview, up, change, up and destroy follow one another on one state", async () => {
  const { preview, up, configure, refresh, destroy } = await rehearse(two, { "small:length": 20 });
  const made = { "small-dev": "create", pair: "create", "pair-kept": "create", "pair-changing": "create" };
  const first = await preview();
  expect(first).toMatchObject({ succeeded: true, changes: { create: 4 }, diagnostics: [] });
  expect(first.seconds).toBeGreaterThan(0.1);
  expect(reached).toBe(4);
  expect(kinds(first)).toEqual(made);
  expect(kinds(await up())).toEqual(made);
  expect(await preview()).toMatchObject({ changes: { same: 4 } });

  configure({ "small:length": 24 });
  const changed = await preview();
  expect(changed.changes).toEqual({ same: 3, replace: 1 });
  expect(changed.steps.find(({ op }) => op === "replace")).toMatchObject({
    name: "pair-changing",
    type: "random:index/randomPassword:RandomPassword",
    parent: first.steps.find(({ name }) => name === "pair")?.urn,
    inputs: { length: 24 },
    replacedBy: ["length"],
    changed: [{ path: "length", kind: "update" }],
  });
  expect(await up()).toMatchObject({ succeeded: true, changes: { same: 3, replace: 1 } });
  expect(await refresh()).toMatchObject({ succeeded: true, changes: { same: 4 } });
  expect(await destroy()).toMatchObject({ succeeded: true, changes: { delete: 4 }, outputs: {} });
});

test("a protected resource is neither replaced nor deleted until its protection is taken away", async () => {
  const { preview, up, configure, destroy, unprotect } = await rehearse(two, {
    "small:length": 20,
    "small:kept": true,
  });
  await up();
  configure({ "small:length": 24, "small:kept": true });
  const replacing = await preview();
  expect(replacing.diagnostics[0]?.message).toContain("marked for protection");
  const report = toReport("dev", replacing);
  expect(report.losses).toEqual([expect.stringMatching(/::pair-changing$/)]);
  expect(exitCode(report)).toBe(3);

  const refused = await destroy();
  expect(refused.succeeded).toBe(false);
  expect(refused.steps.find(({ name }) => name === "pair-changing")).toMatchObject({
    op: "delete",
    protected: true,
    failed: true,
  });
  await unprotect();
  expect(await destroy()).toMatchObject({ succeeded: true });
});

const planted = ["planted-in-an-input", "planted-in-an-output", "planted-in-the-middle"];

test("what is unknown and what is secret is told as such, and no secret is told", async () => {
  const { preview, up, configure } = await rehearse(
    `const [input, output, nested] = ${JSON.stringify(planted)};
    const keepers = { key: pulumi.secret(input), version: config.require("version") };
    const password = new random.RandomPassword("password", { length: 20, keepers });
    new random.RandomPassword("next", { length: password.result.apply((text) => text.length) });
    export const hash = password.bcryptHash;
    export const id = new random.RandomId("pet", { byteLength: 4 }).id;
    export const text = pulumi.secret(output);
    export const document = pulumi.jsonStringify({ text: pulumi.secret(nested) });
    export const plain = { list: [1, pulumi.secret({ nested })], token: config.get("token") };`,
    { "small:version": 1, "small:token": { secure: "v1:nobody:can:read" } },
  );
  const first = await preview();
  expect(first.outputs).toEqual({
    hash: "[secret]",
    id: "[unknown]",
    text: "[secret]",
    document: "[secret]",
    plain: { list: [1, "[secret]"], token: "rehearsed-secret" },
  });
  const inputs = Object.fromEntries(first.steps.map((step) => [step.name, step.inputs]));
  expect(inputs.password).toMatchObject({ keepers: { key: "[secret]", version: "1" } });
  expect(inputs.next).toMatchObject({ length: "[secret]" });

  const runs = [first, await up()];
  configure({ "small:version": 2 });
  runs.push(await preview(), await up());
  expect(runs.map(({ changes }) => changes.replace)).toEqual([undefined, undefined, 2, 1]);
  for (const run of runs) {
    const report = toReport("dev", run);
    const told = JSON.stringify([run, report]) + render(report, process.stdout);
    for (const secret of planted) expect(told).not.toContain(secret);
  }
});

test("a mistake of the user's is told without a stack trace, another error with its own", async () => {
  const module = (path: string) => JSON.stringify(join(repository, path));
  const { preview } = await rehearse(
    `const { InvalidInput } = await import(${module("validate.ts")});
    const { runProgram } = await import(${module("infra/program.ts")});
    const mistakes = [{ path: "a.b", found: "1", allowed: "2" }];
    export default () =>
      runProgram(() => {
        throw config.getBoolean("bug") ? new Error("a bug") : new InvalidInput("Settings", mistakes);
      });`,
  );
  const run = await preview();
  expect(run).toMatchObject({ succeeded: false, outputs: {} });
  expect(run.diagnostics).toEqual([
    { severity: "error", message: "Settings: 1 mistake\n  a.b: found 1, allowed: 2" },
  ]);
  expect(exitCode(toReport("dev", run))).toBe(1);
  rehearsal?.configure({ "small:bug": "true" });
  const [diagnostic] = (await preview()).diagnostics;
  expect(diagnostic?.message).toMatch(/Error: a bug\n {4}at /);
});

test("what a stand-in refuses in the middle of `up` is told by the run; the rest can be destroyed", async () => {
  const { up, destroy } = await rehearse(
    `const pet = new random.RandomId("pet", { byteLength: 4 });
    new random.RandomPassword("late", { length: pet.id.apply(() => -1) });`,
  );
  const run = await up();
  expect(run.succeeded).toBe(false);
  expect(kinds(run)).toMatchObject({ pet: "create" });
  expect(run.changes).toEqual({ create: 2 });
  expect(run.diagnostics).toEqual([
    { severity: "error", urn: expect.stringMatching(/::late$/), message: expect.stringContaining("length") },
  ]);
  expect(await destroy()).toMatchObject({ succeeded: true, changes: { delete: 2 } });
});

test("the program sees no account, no backend and no passphrase of the user's", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "a-key");
  vi.stubEnv("AWS_PROFILE", "a-profile");
  vi.stubEnv("PULUMI_BACKEND_URL", "s3://somebodys-state");
  vi.stubEnv("PULUMI_ACCESS_TOKEN", "a-token");
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "a-passphrase");
  const { preview } = await rehearse(`
    const { AWS_ACCESS_KEY_ID, AWS_PROFILE, PULUMI_ACCESS_TOKEN, PULUMI_BACKEND_URL } = process.env;
    export const seen = { AWS_ACCESS_KEY_ID, AWS_PROFILE, PULUMI_ACCESS_TOKEN };
    export const backend = PULUMI_BACKEND_URL;`);
  expect((await preview()).outputs).toEqual({
    seen: {},
    backend: expect.stringContaining(`file://${temporary}/keelson-rehearsal-`),
  });
});

test("closing interrupts a run under way", async () => {
  const session = await rehearse(
    `new random.RandomId("pet", { byteLength: 4 });
    await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  );
  const running = session.preview();
  await expect.poll(() => reached, { timeout: 30_000 }).toBe(2);
  expect(readdirSync(temporary)).toHaveLength(1);
  expect(scratch.processes().length).toBeGreaterThan(1);
  const start = Date.now();
  await session.close();
  expect(Date.now() - start).toBeLessThan(5000);
  expect(await running).toMatchObject({ succeeded: false });
});
