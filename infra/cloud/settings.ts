/** Settings of a stack in AWS. */
import { type Static, type TSchema, Type } from "typebox";
import { scaling } from "../../objectives.ts";
import type { Mistake, Rule } from "../../validate.ts";
import { type DeepReadonly, databaseFields, object, redisFields, withDefault } from "../schema.ts";
import { type CloudEnvironment, type CloudSize, sizing } from "../sizing.ts";
import { databaseMistakes } from "./aurora-check.ts";
import { cacheNodeTypes, databaseClasses, nodeTypes, smallest } from "./machines.ts";
import { generationMistakes } from "./node-generation.ts";
import { redisMistakes } from "./redis-check.ts";
import { databaseSize, nodeGenerations, redisSize } from "./sizes.ts";
import { cidrMistakes, zoneMistakes } from "./subnets.ts";

/** The purposes that have a KMS key of their own. */
export const keyPurposes = [
  "database",
  "cache",
  "secrets",
  "logs",
  "cluster",
  "disks",
  "notifications",
] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

const oneOf = <Name extends string>(names: readonly Name[], first: Name) =>
  Type.Enum(names as [Name, ...Name[]], { default: first });

const text = (title: string, pattern: string) => Type.String({ title, pattern });
const listOf = <S extends TSchema>(schema: S) => Type.Array(schema, { default: [] });

/** A map by name. What names it may have is a rule of its own. */
function mapOf<S extends TSchema>(schema: S, initial: object) {
  return Type.Record(Type.String(), schema, { default: initial });
}

const roleArn = text("the ARN of an IAM role", "^arn:aws:iam::\\d{12}:role/[\\w+=,.@/-]+$");
/** The ARN of a KMS key. */
export const keyArn = text("the ARN of a KMS key", "^arn:aws:kms:[a-z0-9-]+:\\d{12}:key/[\\w-]+$");
const subnetIds = Type.Array(text("the id of a subnet", "^subnet-[0-9a-f]{8}([0-9a-f]{9})?$"), {
  minItems: 2,
});
const cidr = text("an IPv4 range such as 10.20.0.0/16", "^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$");

/** The settings of an environment, with defaults from its row of the table of sizes. */
export function cloudSchema(environment: CloudEnvironment) {
  const size = sizing[environment];
  return object({
    environment: Type.Literal(environment),
    account: text("the 12 digits of the AWS account, in quotes", "^\\d{12}$"),
    region: Type.String({
      title: "an AWS region such as us-east-1",
      pattern: "^[a-z]{2}(-[a-z]+)+-\\d$",
      default: "us-east-1",
    }),
    zones: Type.Array(text("the letter of an availability zone", "^[a-z]$"), {
      minItems: 3,
      maxItems: 3,
      uniqueItems: true,
      default: ["a", "b", "c"],
    }),
    instances: instances(size),
    network: network(),
    protect: Type.Boolean({ default: size.protect }),
    keys: withDefault(optional(keyPurposes, keyArn)),
    redis: redis(size),
    database: database(size),
    kubernetes: kubernetes(size),
    subscribers: listOf(text("an e-mail address or an https address", "^(https://\\S+|[^@\\s]+@[^@\\s]+)$")),
    monthlyBudget: Type.Number({ minimum: 1, default: size.monthlyBudget }),
    tags: mapOf(Type.String({ maxLength: 256 }), {}),
  });
}

function instances(size: CloudSize) {
  const { min, max } = size.instances;
  return withDefault({
    min: Type.Integer({ minimum: Math.min(min, scaling.instances.min.value), maximum: 1000, default: min }),
    max: Type.Integer({ minimum: 1, maximum: 1000, default: max }),
  });
}

function network() {
  return withDefault({
    cidr: Type.String({ ...cidr, default: "10.20.0.0/16" }),
    existing: Type.Optional(
      object({
        vpcId: text("the id of a VPC", "^vpc-[0-9a-f]{8}([0-9a-f]{9})?$"),
        publicSubnetIds: subnetIds,
        privateSubnetIds: subnetIds,
        dataSubnetIds: subnetIds,
      }),
    ),
  });
}

function redis(size: CloudSize) {
  return withDefault({
    ...redisFields(size, 1),
    maxReplicasPerShard: Type.Integer({ minimum: 0, maximum: 5, default: size.redis.maxReplicasPerShard }),
    engine: oneOf(["valkey", "redis"], "valkey"),
    engineVersion: Type.String({ title: "a version such as 8.1", pattern: "^\\d+\\.\\d+$", default: "8.1" }),
    nodeType: oneOf(keysOf(cacheNodeTypes), smallest(cacheNodeTypes, size.redis.size)),
  });
}

function database(size: CloudSize) {
  const capacity = (value: number) => Type.Number({ minimum: 0, maximum: 256, default: value });
  return withDefault({
    ...databaseFields(size),
    maxReplicas: Type.Integer({ minimum: 0, maximum: 15, default: size.database.maxReplicas }),
    engineVersion: Type.String({
      title: "a version such as 17.5",
      pattern: "^\\d+\\.\\d+$",
      default: "17.5",
    }),
    instanceClass: oneOf(keysOf(databaseClasses), smallest(databaseClasses, size.database.size)),
    serverless: Type.Optional(object({ minCapacity: capacity(0.5), maxCapacity: capacity(16) })),
    isGlobal: Type.Boolean({ default: false }),
  });
}

function kubernetes(size: CloudSize) {
  const { nodes, spotNodes } = size;
  const { storage } = scaling.node;
  const generation = withDefault({
    instanceType: oneOf(keysOf(nodeTypes), smallest(nodeTypes, nodes.size)),
    min: Type.Integer({ minimum: 0, maximum: 450, default: nodes.count }),
    max: Type.Integer({ minimum: 1, maximum: 450, default: nodes.max }),
    spotMax: Type.Integer({ minimum: 0, maximum: 450, default: spotNodes.max }),
    diskSize: Type.Integer({ minimum: storage.min.value, maximum: storage.max.value, default: 40 }),
    releaseVersion: Type.Optional(text("a release such as 1.35.2-20261106", "^\\d+\\.\\d+\\.\\d+-\\d{8}$")),
    draining: Type.Boolean({ default: false }),
  });
  return withDefault({
    version: Type.String({ title: "a version such as 1.35", pattern: "^1\\.\\d{2}$", default: "1.35" }),
    supportType: oneOf(["STANDARD", "EXTENDED"], "STANDARD"),
    publicAccessCidrs: listOf(cidr),
    administrators: listOf(roleArn),
    deployers: listOf(roleArn),
    generations: mapOf(generation, { blue: {} }),
  });
}

function optional<Name extends string, S extends typeof keyArn>(names: readonly Name[], schema: S) {
  const fields = names.map((name) => [name, Type.Optional(schema)]);
  return Object.fromEntries(fields) as Record<Name, ReturnType<typeof Type.Optional<S>>>;
}

function keysOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[];
}

export type CloudSettings = DeepReadonly<Static<ReturnType<typeof cloudSchema>>>;

const tagKey = /^[\w.:/=+@ -]{1,128}$/;

/** Rules between the fields, and of names. */
export const cloudRules: readonly Rule<CloudSettings>[] = [
  ({ tags }) =>
    Object.keys(tags)
      .filter((key) => !tagKey.test(key))
      .map(wrongTagKey),
  ({ instances: { min, max } }) => atMost("instances.min", min, "instances.max", max),
  ({ network }) => (network.existing ? [] : cidrMistakes("network.cidr", network.cidr)),
  ({ zones, region }) => zoneMistakes(zones.map((letter) => `${region}${letter}`)),
  (settings) => below("redis", redisMistakes(redisSize(settings))),
  (settings) =>
    below("kubernetes", generationMistakes(nodeGenerations(settings), settings.kubernetes.version)),
  (settings) => below("database", databaseMistakes(databaseSize(settings))),
  ({ redis: { replicasPerShard, maxReplicasPerShard } }) =>
    atMost("redis.replicasPerShard", replicasPerShard, "redis.maxReplicasPerShard", maxReplicasPerShard),
  ({ database: { replicas, maxReplicas } }) =>
    atMost("database.replicas", replicas, "database.maxReplicas", maxReplicas),
];

/** Settings that have another name than the component's argument. */
const settingOf: Readonly<Record<string, string>> = {
  "database.readers": "database.replicas",
  "database.maxReaders": "database.maxReplicas",
  "database.clientConnections": "instances.max (connections of all instances at their most)",
};

/** Mistakes in a component's arguments, by the settings they come from. */
function below(group: string, mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.map(({ path, ...mistake }) => {
    const whole = `${group}.${path}`;
    return { path: settingOf[whole] ?? whole, ...mistake };
  });
}

function atMost(path: string, value: number, boundPath: string, bound: number): Mistake[] {
  return value <= bound ? [] : [{ path, found: `${value}`, allowed: `at most ${boundPath} (${bound})` }];
}

function wrongTagKey(key: string): Mistake {
  const allowed = "names of 1 to 128 letters, digits and _.:/=+@-";
  return { path: "tags", found: JSON.stringify(key), allowed };
}
