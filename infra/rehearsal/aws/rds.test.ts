import { expect, test } from "vitest";
import { Aurora, type AuroraArgs } from "../../cloud/aurora.ts";
import { type Registered, recordResources } from "../../cloud/mocks.ts";
import { leaves } from "../comparison.ts";
import type { AwsType, LivingResource, NewResource, Properties } from "./entry.ts";
import { rds, serverlessrepository } from "./rds.ts";
import { describe } from "./specification.ts";

const rows = { ...rds, ...serverlessrepository };
const common: AuroraArgs = {
  engineVersion: "17.5",
  instanceClass: "db.r7g.2xlarge",
  readers: 1,
  maxReaders: 2,
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  zones: ["us-east-1a", "us-east-1b"],
  clients: { workloads: "sg-1" },
  keys: { database: "key", secrets: "key", logs: "key" },
  account: "123456789012",
  region: "us-east-1",
  databaseName: "keelson",
  backupRetentionDays: 7,
  logRetentionDays: 30,
  protect: true,
  leavesSnapshot: true,
  topicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
  clientConnections: 100,
};
const passwords = { migration: "m", service: "s", monitoring: "o" };
const variants: Record<string, Partial<AuroraArgs>> = {
  "in one region": {},
  serverless: { serverless: { minCapacity: 1, maxCapacity: 16 } },
  primary: { global: { role: "primary" } },
  secondary: {
    global: { role: "secondary", globalClusterIdentifier: "g", sourceRegion: "us-east-1", passwords },
  },
};

/** A secret comes as an object with this key, which Pulumi's protocol fixes. */
const secretMark = "4dabf18193072939515e22adb298388d";

function withoutSecrets(_: string, value: unknown): unknown {
  const isSecret = typeof value === "object" && value !== null && secretMark in value;
  return isSecret ? (value as Properties).value : value;
}

async function registered(changed: Partial<AuroraArgs>): Promise<Registered[]> {
  const { all, settled } = await recordResources({
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack": () => ({ outputs: {} }),
    "aws:rds/cluster:Cluster": () => ({ masterUserSecrets: [] }),
    "random:index/randomPassword:RandomPassword": ({ length }) => ({ result: "x".repeat(length) }),
  });
  new Aurora("db", { ...common, ...changed }, {});
  await settled();
  const own = all.filter(({ type }) => /^aws:(rds|serverlessrepository)\//.test(type));
  return own.map((each) => ({ ...each, inputs: JSON.parse(JSON.stringify(each.inputs), withoutSecrets) }));
}

test.each(Object.entries(variants))("%s: the table knows every property that is set", async (_, changed) => {
  for (const { type, inputs } of await registered(changed)) {
    const row = rows[type];
    if (!row) throw new Error(`no row for ${type}`);
    const description = describe(row);
    const unclear = leaves(inputs, []).filter(
      (path) => (description.property(path)?.change ?? "unclear") === "unclear",
    );
    expect(unclear, type).toEqual([]);
    const optional = Object.keys(row.optional ?? {});
    const missing = description.required.filter(
      ({ name, isSetBy }) => !optional.includes(name) && !Object.keys(inputs).some(isSetBy),
    );
    // The provider names what has no name.
    const unnamed = missing.filter(({ isSetBy }) => !isSetBy(row.physicalName?.property ?? ""));
    expect(unnamed, type).toEqual([]);
    expect(row.refuse?.(resource(inputs)) ?? [], type).toEqual([]);
  }
});

function resource(inputs: Properties, living: Readonly<Record<string, Properties>> = {}): NewResource {
  return {
    name: "db",
    inputs,
    previous: {},
    region: "us-east-1",
    account: "123456789012",
    hex: (length) => "0123456789abcdef0123456789abcdef".slice(0, length),
    find: (type) => living[type] && alive(type, living[type]),
    living: () => [],
  };
}

function alive(type: string, inputs: Properties): LivingResource {
  return { type, urn: "urn", id: "id", region: "us-east-1", inputs, outputs: inputs } as LivingResource;
}

function row(type: string): AwsType {
  const found = rows[type];
  if (!found) throw new Error(`no row for ${type}`);
  return found;
}

test.each([
  ["storageEncrypted", "replace"],
  ["kmsKeyId", "replace"],
  ["dbSubnetGroupName", "replace"],
  ["databaseName", "replace"],
  ["masterUsername", "replace"],
  ["engineVersion", "update"],
  ["backupRetentionPeriod", "update"],
  ["globalClusterIdentifier", "update"],
])("a cluster's changed %s: %s", (property, change) => {
  expect(describe(row("aws:rds/cluster:Cluster")).property([property])?.change).toBe(change);
});

test.each([
  ["instanceClass", "update"],
  ["availabilityZone", "replace"],
  ["dbParameterGroupName", "update"],
])("an instance's changed %s: %s", (property, change) => {
  expect(describe(row("aws:rds/clusterInstance:ClusterInstance")).property([property])?.change).toBe(change);
});

const aMaster = { engine: "aurora-postgresql", masterUsername: "m" };

test.each<[string, Properties]>([
  ["masterUsername", { engine: "aurora-postgresql" }],
  ["masterPassword", { ...aMaster, masterPassword: "x".repeat(42) }],
  ["manageMasterUserPassword", { ...aMaster, manageMasterUserPassword: true, globalClusterIdentifier: "g" }],
  ["storageEncrypted", { ...aMaster, kmsKeyId: "key" }],
  ["backupRetentionPeriod", { ...aMaster, backupRetentionPeriod: 36 }],
  [
    "serverlessv2ScalingConfiguration",
    { ...aMaster, serverlessv2ScalingConfiguration: { minCapacity: 0.3, maxCapacity: 4 } },
  ],
])("a cluster is refused for its %s", (path, inputs) => {
  const mistakes = row("aws:rds/cluster:Cluster").refuse?.(resource(inputs)) ?? [];
  expect(mistakes.map((mistake) => mistake.path)).toEqual([path]);
  expect(JSON.stringify(mistakes)).not.toContain("xxxx");
});

test("a cluster of another family than its parameters is refused", () => {
  const living = {
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": { family: "aurora-postgresql16" },
  };
  const inputs = { ...aMaster, engineVersion: "17.5", dbClusterParameterGroupName: "p" };
  const mistakes = row("aws:rds/cluster:Cluster").refuse?.(resource(inputs, living)) ?? [];
  expect(mistakes.map((mistake) => mistake.allowed)).toEqual(["one of family aurora-postgresql17"]);
});

test("a small class in a global database is refused, and a static parameter applied at once", () => {
  const living = { "aws:rds/cluster:Cluster": { globalClusterIdentifier: "g" } };
  const instance = resource({ instanceClass: "db.t4g.large", clusterIdentifier: "c" }, living);
  const type = "aws:rds/clusterInstance:ClusterInstance";
  expect(
    row(type)
      .refuse?.(instance)
      .map(({ path }) => path),
  ).toEqual(["instanceClass"]);
  const parameters = [{ name: "max_connections", value: "100", applyMethod: "immediate" }];
  const group = row("aws:rds/parameterGroup:ParameterGroup").refuse?.(resource({ parameters }));
  expect(group?.map(({ path }) => path)).toEqual(["parameters.max_connections"]);
});

test("what is protected, or has no name for its last snapshot, is not deleted", () => {
  const reasonOf = (inputs: Properties) =>
    row("aws:rds/cluster:Cluster").undeletable?.(alive("aws:rds/cluster:Cluster", inputs));
  expect(reasonOf({ deletionProtection: true, skipFinalSnapshot: true })).toContain("deletion protection");
  expect(reasonOf({ skipFinalSnapshot: false })).toContain("finalSnapshotIdentifier");
  expect(reasonOf({ skipFinalSnapshot: false, finalSnapshotIdentifier: "last" })).toBeUndefined();
  expect(reasonOf({ skipFinalSnapshot: true })).toBeUndefined();
});

test("host names are as AWS gives them", () => {
  const cluster = resource({ clusterIdentifier: "db", manageMasterUserPassword: true });
  const { computed } = row("aws:rds/cluster:Cluster");
  expect(computed?.endpoint?.(cluster)).toBe("db.cluster-0123456789ab.us-east-1.rds.amazonaws.com");
  expect(computed?.readerEndpoint?.(cluster)).toBe("db.cluster-ro-0123456789ab.us-east-1.rds.amazonaws.com");
  expect(JSON.stringify(computed?.masterUserSecrets?.(cluster))).toContain(":secret:rds!cluster-");
});
