/** The whole table against the specification and the provider's SDK, which is generated from its schema. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type DescribedType, describedType, files } from "./table.ts";

const types = Object.values(files).flatMap((file) => Object.keys(file));
const sdkFolder = dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));

/** What the SDK's class says of a type. */
function sdkClass(type: string) {
  const path = join(sdkFolder, type.split(":")[1] ?? "");
  const [head = "", body = ""] = readFileSync(`${path}.js`, "utf8").split("const args = argsOrState;");
  const names = (pattern: RegExp) => [...body.matchAll(pattern)].map(([, name]) => name as string);
  return {
    token: head.match(/__pulumiType = '(.*)'/)?.[1],
    inputs: names(/resourceInputs\["(\w+)"\] = (?!undefined).*args/g),
    outputs: names(/resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g),
    required: names(/Missing required property '(\w+)'/g),
    replacing: replacingByDocumentation(readFileSync(`${path}.d.ts`, "utf8")),
  };
}

/** Inputs of which the provider's documentation says that a change makes a new resource. */
function replacingByDocumentation(declarations: string): string[] {
  const [, args = ""] = declarations.split(/export interface \w+Args \{/);
  return [...args.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+)\??:/g)]
    .filter(([, comment]) =>
      /forces? (a |creation of a )?(new|replacement)|must be (re-?created|replaced)/i.test(`${comment}`),
    )
    .map(([, , name]) => name as string);
}

/** Runs a check on every row, and names the type beside whatever it found wrong. */
function complaints(check: (row: DescribedType, sdk: ReturnType<typeof sdkClass>) => readonly string[]) {
  return types.flatMap((type) =>
    check(describedType(type), sdkClass(type)).map((wrong) => `${type}: ${wrong}`),
  );
}

const roots = (computed: DescribedType["computed"]) =>
  Object.keys(computed ?? {}).map((path) => `${path.split(".")[0]}`);

const lacking = (wanted: readonly string[], there: readonly string[]) =>
  wanted.filter((name) => !there.includes(name));

test("has every type once, by its name in the SDK", () => {
  expect(types.length).toBeGreaterThan(50);
  expect(new Set(types).size).toBe(types.length);
  expect(complaints(({ type }, { token }) => (token === type ? [] : [`${token} in the SDK`]))).toEqual([]);
});

test("speaks of properties that the provider has, and of names that the specification has", () => {
  const wrong = complaints((row, { inputs, outputs }) => {
    const paths = [
      ...Object.keys(row.properties ?? {}),
      ...(row.holds ?? []),
      ...Object.keys(row.ordered ?? {}),
    ];
    const spoken = [
      ...paths,
      ...(row.required ?? []),
      ...(row.physicalName ? [row.physicalName.property] : []),
    ];
    return [
      ...lacking(
        spoken.map((path) => `${path.split(".")[0]}`),
        inputs,
      ),
      ...lacking(roots(row.computed), [...inputs, ...outputs]),
      ...lacking(row.renewed ?? [], Object.keys(row.computed ?? {})),
      ...paths
        .filter((path) => !row.description.property(path))
        .map((path) => `${path} in ${row.specification}`),
    ];
  });
  expect(wrong).toEqual([]);
});

test("says where each fact of its own is documented", () => {
  const wrong = complaints(({ properties, optional, ordered, taggable, deletedFirst }) => {
    const behaviours = Object.values(properties ?? {}).filter((entry) => typeof entry === "object");
    const sources = [...behaviours, ...(taggable ? [taggable] : [])].map(({ source }) => source);
    sources.push(...Object.values(optional ?? {}), ...Object.values(ordered ?? {}));
    if (deletedFirst) sources.push(deletedFirst);
    return sources.filter((source) => !/^https:\/\/\S+$/.test(source));
  });
  expect(wrong).toEqual([]);
});

test("computes every output of the provider", () => {
  const wrong = complaints(({ computed }, { outputs }) => lacking(outputs, [...roots(computed), "tagsAll"]));
  expect(wrong).toEqual([]);
});

test("gives tags and a region to the types to which the provider gives them", () => {
  const wrong = complaints(({ description, isRegional }, { inputs, outputs }) => [
    ...(description.isTaggable === outputs.includes("tagsAll") ? [] : ["tags"]),
    ...(isRegional === inputs.includes("region") ? [] : ["region"]),
  ]);
  expect(wrong).toEqual([]);
});

test("requires nothing that the provider does not", () => {
  const wrong = complaints((row, { required }) => {
    const settled = [...required, ...Object.keys(row.optional ?? {}), ...(row.required ?? [])];
    if (row.physicalName?.automatic) settled.push(row.physicalName.property);
    return row.description.required.filter(({ isSetBy }) => !settled.some(isSetBy)).map(({ name }) => name);
  });
  expect(wrong).toEqual([]);
});

/** What is replaced under conditions only, which do not hold of what the table is for. */
const conditional = [
  // For other endpoints than those of type Interface.
  "aws:ec2/vpcEndpoint:VpcEndpoint: privateDnsEnabled",
  // For engines before 7.0.5.
  "aws:elasticache/replicationGroup:ReplicationGroup: transitEncryptionEnabled",
  // For clusters that are not Aurora's.
  "aws:rds/cluster:Cluster: storageType",
];

test("replaces what the provider's documentation says is replaced", () => {
  const wrong = complaints(({ description }, { replacing }) =>
    replacing.filter((name) => name !== "region" && description.property(name)?.change === "update"),
  );
  expect(wrong.filter((each) => !conditional.includes(each))).toEqual([]);
});

test("names what the provider names by itself", () => {
  const wrong = complaints(({ physicalName }, { inputs, required }) =>
    inputs.includes("name") && !required.includes("name") && !physicalName?.automatic ? ["name"] : [],
  );
  // Accounts may have the same name.
  expect(wrong).toEqual(["aws:organizations/account:Account: name"]);
});
