import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import type { Run, Step } from "./events.ts";
import { render, type Stream, shortType } from "./report.ts";
import { exitCode, previewSchema, toReport } from "./report-schema.ts";

const stackUrn = "urn:pulumi:dev::keelson::pulumi:pulumi:Stack::keelson-dev";
const stackStep = step("pulumi:pulumi:Stack", "keelson-dev", { urn: stackUrn, parent: "" });
const network = step("keelson:cloud:Network", "net");

function step(type: string, name: string, more: Partial<Step> = {}): Step {
  return {
    op: "create",
    urn: `urn:pulumi:dev::keelson::${type}::${name}`,
    type,
    name,
    parent: stackUrn,
    protected: false,
    failed: false,
    inputs: {},
    replacedBy: [],
    changed: [],
    ...more,
  };
}

function run(steps: readonly Step[], more: Partial<Run> = {}): Run {
  const changes: Record<string, number> = {};
  for (const { op } of steps) changes[op] = (changes[op] ?? 0) + 1;
  return { steps, changes, outputs: {}, diagnostics: [], succeeded: true, seconds: 1.234, ...more };
}

/** A stream that is no terminal, or a terminal of that width. */
function stream(columns?: number): Stream {
  const isTTY = columns !== undefined;
  return Object.assign(new PassThrough(), { columns, isTTY, getColorDepth: () => 8 }) as unknown as Stream;
}

function text(what: Run): string {
  return render(toReport("dev", what), stream());
}

test.each([
  ["aws:ec2/subnet:Subnet", "ec2.Subnet"],
  ["aws:rds/clusterInstance:ClusterInstance", "rds.ClusterInstance"],
  ["random:index/randomPassword:RandomPassword", "random.RandomPassword"],
  ["kubernetes:apps/v1:Deployment", "apps/v1.Deployment"],
  ["keelson:cloud:Network", "Network"],
  ["pulumi:providers:aws", "aws provider"],
  ["pulumi:pulumi:Stack", "Stack"],
])("%s is told as %s", (type, short) => {
  expect(shortType(type)).toBe(short);
});

test("the tree has components with their resources, many like ones on one line", () => {
  const subnets = Array.from({ length: 10 }, (_, index) =>
    step("aws:ec2/subnet:Subnet", `net-private-${index + 1}`, { parent: network.urn }),
  );
  const vpc = step("aws:ec2/vpc:Vpc", "net", { parent: network.urn, protected: true });
  const odd = step("aws:ec2/subnet:Subnet", "net-public", { parent: network.urn, protected: true });
  const key = step("aws:kms/key:Key", "key");
  const shown = text(run([stackStep, network, key, ...subnets.toReversed(), vpc, odd]));
  expect(shown.split("\n\n")[0]).toBe(`+ Stack keelson-dev
├─ + kms.Key key
└─ + Network net
   ├─ + ec2.Subnet ×10 (private-1, private-2, private-3, private-4, private-5, private-6, private-7, and 3 more)
   ├─ + ec2.Subnet public [protected]
   └─ + ec2.Vpc [protected]`);
});

test("what stays is not in the tree, what changes tells its properties", () => {
  const same = { op: "same" } as const;
  const vpc = step("aws:ec2/vpc:Vpc", "net-vpc", {
    op: "replace",
    parent: network.urn,
    replacedBy: ["cidrBlock"],
    changed: [
      { path: "cidrBlock", kind: "update" },
      { path: "tags.Name", kind: "update" },
    ],
  });
  const key = step("aws:kms/alias:Alias", "alias", same);
  const shown = text(run([{ ...stackStep, ...same }, { ...network, ...same }, vpc, key]));
  expect(shown.split("\n\n")[0]).toBe(`  Stack keelson-dev
└─   Network net
   └─ +- ec2.Vpc vpc [because of cidrBlock; changes tags.Name]`);
});

test("types are counted by operation, in columns, and all at the end", () => {
  const shown = text(
    run([stackStep, step("aws:kms/key:Key", "a"), step("aws:ec2/subnet:Subnet", "b", { op: "delete" })]),
  ).split("\n\n");
  expect(shown.at(-2)).toBe(`Type        create  delete
ec2.Subnet               1
kms.Key          1
Stack            1`);
  expect(shown.at(-1)).toBe("3 resources: 2 to create, 1 to delete. Rehearsed in 1.2 s.");
});

test("outputs are shown by name, structures as JSON", () => {
  const shown = text(run([stackStep], { outputs: { url: "[unknown]", a: { list: [1] } } }));
  expect(shown).toContain('Outputs\na    {"list":[1]}\nurl  [unknown]\n');
});

const cluster = step("aws:rds/cluster:Cluster", "db", { op: "replace", replacedBy: ["engine"] });

test.each([
  ["a stateful resource is replaced", cluster, 3],
  ["a stateful resource is deleted", { ...cluster, op: "delete", replacedBy: [] }, 3],
  ["a protected resource is deleted", step("aws:ec2/vpc:Vpc", "db", { op: "delete", protected: true }), 3],
  ["a stateful resource is updated", { ...cluster, op: "update" }, 0],
  ["another resource is replaced", step("aws:ec2/vpc:Vpc", "db", { op: "replace" }), 0],
] as const)("%s: the exit code tells", (_, changing, code) => {
  const report = toReport("dev", run([stackStep, changing]));
  expect(exitCode(report)).toBe(code);
  expect(exitCode({ ...report, succeeded: false })).toBe(code || 1);
  expect(report.losses).toEqual(code === 3 ? [changing.urn] : []);
});

test("what would be lost stands first, also when the engine refuses it", () => {
  for (const succeeded of [true, false]) {
    const lines = text(run([stackStep, cluster], { succeeded })).split("\n");
    expect(lines[0]).toBe("Stateful or protected resources would be REPLACED or DELETED:");
    expect(lines[1]).toBe("  +- rds.Cluster db [because of engine]");
    expect(lines.at(-1)).toMatch(/1 would be lost: see the top\.$/);
  }
});

test("a preview that failed says what went wrong and pretends no result", () => {
  const diagnostics = [
    { severity: "error", urn: cluster.urn, message: "no such engine" },
    { severity: "warning", message: "old" },
    { severity: "info", message: "hello" },
  ] as const;
  const made = { ...cluster, op: "create" } as const;
  expect(text(run([stackStep, made], { diagnostics, succeeded: false }))).toBe(
    "error: rds.Cluster db: no such engine\nwarning: old\nhello\n\nThe preview failed after 1.2 s.",
  );
});

test("colours and the width are those of the stream", () => {
  const names = Array.from({ length: 9 }, (_, index) => step("aws:ec2/subnet:Subnet", `subnet-${index}`));
  const report = toReport("dev", run([stackStep, ...names]));
  expect(render(report, stream())).not.toContain("\u001b[");
  const coloured = render(report, stream(60));
  expect(coloured).toContain("\u001b[32m");
  const [tree = ""] = stripVTControlCharacters(coloured).split("\n\n");
  expect(Math.max(...tree.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(tree).toMatch(/and \d more\)/);
});

test("the document keeps to its schema, sorted, and the schema's file is the schema", () => {
  const what = run([cluster, stackStep, network], {
    outputs: { url: "[unknown]" },
    diagnostics: [{ severity: "warning", urn: cluster.urn, message: "old" }],
  });
  const document = JSON.parse(JSON.stringify(toReport("dev", what)));
  expect(Value.Errors(previewSchema, document)).toEqual([]);
  expect(Value.Check(previewSchema, { ...document, resources: [{}] })).toBe(false);
  expect(document.resources.map(({ name }: Step) => name)).toEqual(["db", "net", "keelson-dev"]);
  const published = readFileSync(new URL("preview.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(published), "write it anew from previewSchema").toEqual(
    JSON.parse(JSON.stringify(previewSchema)),
  );
});
