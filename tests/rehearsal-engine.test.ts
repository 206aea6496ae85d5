/** Drives the real engine against the stand-ins. The tests follow one another on one stack. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedStandIns, serveStandIns } from "../infra/rehearsal/host.ts";
import { unknown } from "../infra/rehearsal/protocol.ts";
import type { Scenario } from "../infra/rehearsal/test-program/main.ts";
import { environment } from "../tools/setup/engine.ts";
import { repository } from "../tools/setup/node.mjs";
import { setUp } from "../tools/setup/setup.ts";
import { configure, openStack, runPulumi, type Stack } from "../tools/stack.ts";

const initial: Scenario = {
  tags: { Stack: "test" },
  cidr: "10.0.0.0/16",
  retention: 7,
  logClass: "STANDARD",
};

let engine: NodeJS.ProcessEnv;

beforeAll(async () => {
  engine = environment((await setUp(["pulumi"])).pulumi);
});

/** A stack of the test program with a world of its own. */
class TestRehearsal {
  readonly folder = mkdtempSync(join(tmpdir(), "keelson-"));
  readonly worldFile = join(this.folder, "world.json");
  #stack: Stack | undefined;
  #standIns: ServedStandIns | undefined;

  async open(scenario: Scenario): Promise<void> {
    await this.#standIns?.close();
    this.#standIns = await serveStandIns({ worldFile: this.worldFile });
    this.#stack = await openStack({
      name: "test",
      program: join(repository, "infra/rehearsal/test-program"),
      state: this.folder,
      config: {},
      environment: { ...engine, ...this.#standIns.environment },
    });
    this.change(scenario);
  }

  change(scenario: Scenario): void {
    configure(this.#stack as Stack, { "rehearsal-test:scenario": JSON.stringify(scenario) });
  }

  async run(...command: string[]): Promise<{ code: number; text: string }> {
    const stack = this.#stack as Stack;
    const text: string[] = [];
    const args = [...command, "--color", "never", "--config-file", stack.configFile];
    const code = await runPulumi(stack, args, (chunk) => text.push(chunk));
    return { code, text: text.join("") };
  }

  /** What a preview would do, by logical name. */
  async preview(): Promise<Map<string, PreviewStep>> {
    const { text } = await this.run("preview", "--json");
    const { steps } = JSON.parse(text.slice(text.indexOf("{"))) as { steps: PreviewStep[] };
    return new Map(steps.map((step) => [step.urn.split("::")[3] as string, step]));
  }

  async up(): Promise<string> {
    const { code, text } = await this.run("up", "--yes", "--skip-preview");
    expect(code, text).toBe(0);
    return text;
  }

  // biome-ignore lint/suspicious/noExplicitAny: outputs of several shapes
  async outputs(): Promise<Record<string, any>> {
    return JSON.parse(await this.#output());
  }

  async #output(): Promise<string> {
    const text: string[] = [];
    await runPulumi(this.#stack as Stack, ["stack", "output", "--json"], (chunk) => text.push(chunk));
    return text.join("");
  }

  get world(): { resources: { type: string; urn: string; inputs: Record<string, unknown> }[] } {
    return JSON.parse(readFileSync(this.worldFile, "utf8"));
  }

  get state(): string {
    return readFileSync(join(this.folder, ".pulumi/stacks/rehearsal-test/test.json"), "utf8");
  }

  async close(): Promise<void> {
    await this.#standIns?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: { readonly inputs: Record<string, unknown> };
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string }>>;
}

let rehearsal: TestRehearsal;

beforeAll(async () => {
  rehearsal = new TestRehearsal();
  await rehearsal.open(initial);
});

afterAll(() => rehearsal.close());

test("a preview makes nothing, knows the inputs and none of what AWS would compute", async () => {
  const steps = await rehearsal.preview();
  expect(steps.get("network")).toMatchObject({
    op: "create",
    newState: { inputs: { cidrBlock: "10.0.0.0/16", region: "us-east-1", tagsAll: { Stack: "test" } } },
  });
  expect(steps.get("subnet")?.newState?.inputs.vpcId).toBe(unknown);
  expect((await rehearsal.run("preview")).text).toMatch(/automatic: \[unknown\]/);
  expect(existsSync(rehearsal.worldFile)).toBe(false);
});

test("up makes everything, each in its provider's account and region", async () => {
  await rehearsal.up();
  const { ids, arns, caller } = await rehearsal.outputs();
  expect(ids.vpc).toMatch(/^vpc-[0-9a-f]{17}$/);
  expect(arns.automatic).toMatch(/^arn:aws:logs:us-east-1:111122223333:log-group:automatic-[0-9a-f]{7}$/);
  expect(arns.elsewhere).toBe("arn:aws:logs:us-west-2:444455556666:log-group:/test/fixed");
  expect(caller).toBe("444455556666");
});

test("a second up and a refresh change nothing", async () => {
  const { code, text } = await rehearsal.run("up", "--yes", "--refresh", "--expect-no-changes");
  expect(code, text).toBe(0);
});

test("secrets are masked in outputs and encrypted in the state; what lives is its owner's only", async () => {
  expect((await rehearsal.outputs()).generated).toBe("[secret]");
  const version = rehearsal.world.resources.find(({ type }) => type.endsWith("SecretVersion"));
  const password = version?.inputs.secretString as string;
  expect(password).toHaveLength(20);
  expect(rehearsal.state).not.toContain(password);
  expect(statSync(rehearsal.worldFile).mode & 0o777).toBe(0o600);
});

test("a change in place keeps the resource, a replacement makes another", async () => {
  const before = await rehearsal.outputs();
  rehearsal.change({ ...initial, retention: 30, cidr: "10.1.0.0/16" });
  const steps = await rehearsal.preview();
  expect(steps.get("automatic")).toMatchObject({
    op: "update",
    detailedDiff: { retentionInDays: { kind: "update" } },
  });
  expect(steps.get("network")).toMatchObject({
    op: "replace",
    detailedDiff: { cidrBlock: { kind: "update-replace" } },
  });
  // Its VPC's id is not known yet.
  expect(steps.get("subnet")).toMatchObject({ op: "replace", detailedDiff: { vpcId: {} } });
  await rehearsal.up();
  const after = await rehearsal.outputs();
  expect(after.arns.automatic).toBe(before.arns.automatic);
  expect(after.ids.vpc).not.toBe(before.ids.vpc);
  expect(after.ids.subnet).not.toBe(before.ids.subnet);
  expect(rehearsal.world.resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc")).toHaveLength(1);
});

test("other default tags update what has tags, where that provider made it", async () => {
  rehearsal.change({ ...initial, retention: 30, cidr: "10.1.0.0/16", tags: { Stack: "other" } });
  const changed = [...(await rehearsal.preview())].filter(([, { op }]) => op === "update");
  const names = changed.map(([name]) => name).sort();
  expect(names).toEqual(["automatic", "east", "fixed", "network", "secret", "subnet"]);
  await rehearsal.up();
  expect((await rehearsal.outputs()).tagsAll).toEqual({ Stack: "other" });
});

test("a name of the program's choice is free again before it is taken by the replacement", async () => {
  rehearsal.change({ ...initial, logClass: "INFREQUENT_ACCESS" });
  const text = await rehearsal.up();
  expect(text.indexOf("fixed deleting original")).toBeGreaterThan(0);
  expect(text.indexOf("fixed deleting original")).toBeLessThan(text.indexOf("fixed creating replacement"));
});

test("a name that is taken is refused in the preview, be it in AWS or in the program", async () => {
  rehearsal.change({ ...initial, logClass: "INFREQUENT_ACCESS", logGroups: ["/test/fixed"] });
  const taken = await rehearsal.run("preview");
  expect(taken.code).not.toBe(0);
  expect(taken.text).toContain('name: found "/test/fixed", which urn:');
  expect(taken.text).toContain("allowed: the only one in its region");
});

test("a type or property that the table lacks is refused by its name, and no secret is shown", async () => {
  rehearsal.change({ ...initial, queue: true });
  expect((await rehearsal.run("preview")).text).toContain(
    "found the type aws:sqs/queue:Queue, which has no stand-in; add it to infra/rehearsal/aws/sqs.ts",
  );
  rehearsal.change({ ...initial, logGroups: ["other"], secretToken: "hidden" });
  const { code, text } = await rehearsal.run("preview");
  expect(code).not.toBe(0);
  expect(text).toContain("secretToken: found a property that neither AWS::Logs::LogGroup nor the table has");
  expect(text).not.toContain("hidden");
});

test("what is gone from AWS is made again", async () => {
  rehearsal.change({ ...initial, logClass: "INFREQUENT_ACCESS" });
  const kept = rehearsal.world.resources.filter(({ urn }) => !urn.endsWith("::automatic"));
  writeFileSync(rehearsal.worldFile, JSON.stringify({ ...rehearsal.world, resources: kept }));
  await rehearsal.open({ ...initial, logClass: "INFREQUENT_ACCESS" });
  const { text } = await rehearsal.run("up", "--yes", "--skip-preview", "--refresh");
  expect(text).toContain("aws:cloudwatch:LogGroup automatic created");
});

test("destroy leaves nothing", async () => {
  const { code, text } = await rehearsal.run("destroy", "--yes", "--skip-preview");
  expect(code, text).toBe(0);
  expect(rehearsal.world.resources).toEqual([]);
});

test("what another resource in AWS is held by is not deleted", async () => {
  const other = new TestRehearsal();
  try {
    await other.open({ ...initial, retained: true });
    await other.up();
    const { cidr: _, ...without } = initial;
    other.change(without);
    const { code, text } = await other.run("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(text).toMatch(/AWS would not delete vpc-\w+: vpcId of urn:.*::subnet still names it/);
  } finally {
    await other.close();
  }
});
