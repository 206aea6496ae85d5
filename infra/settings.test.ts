import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { refusalOf } from "./refusal.ts";
import { type CloudSettings, readSettings } from "./settings.ts";
import { sizing } from "./sizing.ts";

const root = new URL("..", import.meta.url);
const committed = readdirSync(root).filter((name) => /^Pulumi\.\w+\.yaml$/.test(name));

/** The keys that have no default. */
function cloud(environment: string) {
  return { "keelson:environment": environment, "keelson:account": "111122223333" };
}

const mistakesOf = (config: Record<string, unknown>) => refusalOf(() => readSettings("test", config));

test.each(committed)("%s is accepted as it is, and comments every key", (file) => {
  const text = readFileSync(new URL(file, root), "utf8");
  const stack = file.split(".")[1] ?? "";
  expect(readSettings(stack, parse(text).config).environment).toBe(stack);
  for (const [above, line] of pairs(text.split("\n"))) {
    if (/^ {2}keelson:/.test(line)) expect(above, line).toMatch(/^ {2}#/);
  }
});

test.each(["dev", "staging", "prod"])(
  "Pulumi.%s.yaml tells every key, and each with its default",
  (stack) => {
    const file = parse(readFileSync(new URL(`Pulumi.${stack}.yaml`, root), "utf8")).config;
    const { network, ...told } = readSettings(stack, file) as CloudSettings;
    const { network: _, ...defaults } = readSettings(stack, cloud(stack)) as CloudSettings;
    // Somebody has to be let into the cluster: an example, as the account is.
    const { deployers } = told.kubernetes;
    expect(told).toEqual({ ...defaults, kubernetes: { ...defaults.kubernetes, deployers } });
    expect(Object.keys(file).sort()).toEqual(
      Object.keys({ ...told, network })
        .map((key) => `keelson:${key}`)
        .sort(),
    );
  },
);

test("there is a file for each environment", () => {
  expect(committed.map((file) => file.split(".")[1]).sort()).toEqual(Object.keys(sizing).sort());
});

test("a missing key takes its default from the table of sizes", () => {
  const settings = readSettings("local", { "keelson:environment": "local" });
  expect(settings).toMatchObject({
    instances: 3,
    redis: { shards: 3 },
    ports: { edge: 8080, prometheus: 9090 },
  });
  expect(readSettings("prod", cloud("prod"))).toMatchObject({
    instances: { min: 3, max: 50 },
    database: { replicas: 3 },
  });
});

test("values as the engine hands them over, as text, mean the same", () => {
  const config = {
    "keelson:environment": "local",
    "keelson:ports": '{"edge":8088}',
    "keelson:instances": "2",
  };
  expect(readSettings("local", config)).toMatchObject({
    instances: 2,
    ports: { edge: 8088, prometheus: 9090 },
  });
});

test("keys of other namespaces are left alone", () => {
  expect(() => readSettings("dev", { ...cloud("dev"), "aws:region": "us-east-1" })).not.toThrow();
});

test("five different mistakes are told at once", () => {
  const mistakes = mistakesOf({
    "keelson:environment": "local",
    "keelson:instances": "three",
    "keelson:redis": { shards: 2 },
    "keelson:ports": { edge: 80, grafana: 3000 },
    "keelson:dataFolder": "relative/path",
  });
  expect(mistakes.map(({ path }) => path).sort()).toEqual([
    "dataFolder",
    "instances",
    "ports.edge",
    "ports.grafana",
    "redis.shards",
  ]);
});

test("ports that clash are named, the cluster bus included", () => {
  const clash = (ports: object) => mistakesOf({ "keelson:environment": "local", "keelson:ports": ports });
  expect(clash({ edge: 8082 })).toEqual([
    { path: "ports.api", found: "8082", allowed: "ports that ports.edge does not use" },
  ]);
  expect(clash({ redis: 5433 })).toMatchObject([{ path: "ports.postgres", found: "15433" }]);
});

test("an unknown environment and a min above max are refused", () => {
  expect(mistakesOf({ "keelson:environment": "qa" })).toMatchObject([{ path: "environment", found: '"qa"' }]);
  expect(mistakesOf({})).toMatchObject([{ path: "environment", found: "nothing" }]);
  expect(mistakesOf({ ...cloud("prod"), "keelson:instances": { min: 9, max: 4 } })).toEqual([
    { path: "instances.min", found: "9", allowed: "at most instances.max (4)" },
  ]);
});

test("mistakes in the settings of a cloud stack are told at once, each by its path", () => {
  const mistakes = mistakesOf({
    "keelson:environment": "prod",
    "keelson:account": "12345",
    "keelson:zones": ["a", "b"],
    "keelson:keys": { disk: "key", cache: "key" },
    "keelson:redis": { engine: "memcached", nodeType: "cache.x" },
    "keelson:kubernetes": { administrators: ["me"], generations: { green: { min: "two", size: 1 } } },
    "keelson:network": { cidr: "10.0.0.0", existing: { vpcId: "mine" } },
    "keelson:subscribers": ["me"],
  });
  expect(mistakes.map(({ path }) => path).sort()).toEqual([
    "account",
    "keys.cache",
    "keys.disk",
    "kubernetes.administrators.0",
    "kubernetes.generations.green.min",
    "kubernetes.generations.green.size",
    "network.cidr",
    "network.existing.dataSubnetIds",
    "network.existing.privateSubnetIds",
    "network.existing.publicSubnetIds",
    "network.existing.vpcId",
    "redis.engine",
    "redis.nodeType",
    "subscribers.0",
    "zones",
  ]);
  for (const { found, allowed } of mistakes) expect(found && allowed).toBeTruthy();
});

test("names and bounds between fields of a cloud stack are refused by their path", () => {
  const mistakes = mistakesOf({
    ...cloud("prod"),
    "keelson:redis": { replicasPerShard: 5 },
    "keelson:database": { replicas: 7 },
    "keelson:kubernetes": { generations: { Blue: {}, green: { min: 16 } } },
    "keelson:tags": { "cost*centre": "x" },
  });
  expect(mistakes.map(({ path }) => path).sort()).toEqual([
    "database.replicas",
    "kubernetes.generations",
    "kubernetes.generations.green.min",
    "redis.replicasPerShard",
    "tags",
  ]);
});

test("what a component would refuse is told with the rest, by the setting it comes from", () => {
  const mistakes = mistakesOf({
    ...cloud("staging"),
    "keelson:zones": ["a", "b", "z"],
    "keelson:network": { cidr: "8.8.0.0/16" },
    "keelson:instances": { max: 200 },
    "keelson:kubernetes": { generations: { blue: { draining: true, releaseVersion: "1.34.1-20261106" } } },
    "keelson:redis": { engine: "redis", engineVersion: "8.1", nodeType: "cache.t4g.small" },
    "keelson:database": {
      engineVersion: "14.1",
      replicas: 0,
      maxReplicas: 1,
      serverless: { minCapacity: 0.7, maxCapacity: 16 },
    },
  });
  expect(mistakes.map(({ path }) => path).sort()).toEqual([
    "database.engineVersion",
    "database.maxReplicas",
    "database.serverless.minCapacity",
    "instances.max (connections of all instances at their most)",
    "kubernetes.generations",
    "kubernetes.generations.blue.releaseVersion",
    "network.cidr",
    "redis.engineVersion",
    "redis.maxReplicasPerShard",
    "zones.2",
  ]);
});

test("an account's number keeps its leading zero, and a number in place of text is refused", () => {
  expect(readSettings("dev", { ...cloud("dev"), "keelson:account": "012345678901" })).toMatchObject({
    account: "012345678901",
  });
  expect(mistakesOf({ ...cloud("dev"), "keelson:account": 111122223333 })).toMatchObject([
    { path: "account" },
  ]);
});

function pairs(lines: string[]): [string, string][] {
  return lines.slice(1).map((line, index) => [lines[index] ?? "", line]);
}
