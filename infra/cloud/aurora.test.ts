import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { resources, scaling } from "../../objectives.ts";
import { InvalidInput } from "../../validate.ts";
import { Aurora, type AuroraArgs } from "./aurora.ts";
import { clientCapacity, maxConnections } from "./aurora-capacity.ts";
import { recordResources } from "./mocks.ts";

const passwords = { migration: "m", service: "s", monitoring: "o" };
const secondary = {
  role: "secondary",
  globalClusterIdentifier: "db-global",
  sourceRegion: "us-east-1",
  passwords,
} as const;

function argsWith(changed: Partial<AuroraArgs> = {}): AuroraArgs {
  return {
    engineVersion: "17.5",
    instanceClass: "db.r7g.2xlarge",
    readers: 3,
    vpcId: "vpc-1",
    subnetIds: ["subnet-1", "subnet-2", "subnet-3"],
    zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
    clients: { workloads: "sg-workloads" },
    keys: { database: "key-database", secrets: "key-secrets", logs: "key-logs" },
    account: "123456789012",
    region: "us-east-1",
    databaseName: "keelson",
    backupRetentionDays: 35,
    logRetentionDays: 90,
    protect: true,
    leavesSnapshot: true,
    topicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
    clientConnections: 2500,
    ...changed,
  };
}

async function make(changed: Partial<AuroraArgs> = {}) {
  const recorded = await recordResources({
    "random:index/randomId:RandomId": () => ({ hex: "0a1b2c3d" }),
    "random:index/randomPassword:RandomPassword": (_, name) => ({ result: `generated-${name}` }),
    "aws:rds/cluster:Cluster": ({ clusterIdentifier }) => ({
      endpoint: `${clusterIdentifier}.writer`,
      readerEndpoint: `${clusterIdentifier}.readers`,
      masterUserSecrets: [{ secretArn: "arn:managed" }],
    }),
    "aws:rds/proxy:Proxy": ({ name }) => ({ endpoint: `${name}.proxy` }),
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": () => ({ name: "default" }),
    "aws:rds/proxyEndpoint:ProxyEndpoint": ({ dbProxyEndpointName }) => ({
      endpoint: `${dbProxyEndpointName}.proxy`,
    }),
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack": () => ({
      outputs: { RotationLambdaARN: "arn:rotation" },
    }),
  });
  const aurora = new Aurora("db", argsWith(changed), {});
  await recorded.settled();
  const one = (type: string, name?: string) => {
    const found = recorded.of(type).filter((each) => name === undefined || each.name === name);
    expect(found, `${type} ${name ?? ""}`).toHaveLength(1);
    return found[0]?.inputs ?? {};
  };
  return { aurora, one, ...recorded, cluster: () => one("aws:rds/cluster:Cluster") };
}

function known<T>(output: pulumi.Output<T> | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    pulumi.output(output).apply((value) => resolve(value as T | undefined));
  });
}

const instanceType = "aws:rds/clusterInstance:ClusterInstance";
const parameterGroups = {
  cluster: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
  instance: "aws:rds/parameterGroup:ParameterGroup",
};

test("the cluster is encrypted, kept and told of in its logs", async () => {
  const { cluster, one, aurora } = await make();
  expect(cluster()).toMatchObject({
    clusterIdentifier: "db-0a1b2c3d",
    engine: "aurora-postgresql",
    engineVersion: "17.5",
    storageEncrypted: true,
    kmsKeyId: "key-database",
    iamDatabaseAuthenticationEnabled: true,
    manageMasterUserPassword: true,
    masterUserSecretKmsKeyId: "key-secrets",
    backupRetentionPeriod: 35,
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: "db-0a1b2c3d-final",
    deleteAutomatedBackups: false,
    copyTagsToSnapshot: true,
    applyImmediately: false,
    enabledCloudwatchLogsExports: ["postgresql"],
    databaseInsightsMode: "standard",
    performanceInsightsKmsKeyId: "key-database",
  });
  expect(cluster()).not.toHaveProperty("masterPassword");
  expect(cluster()).not.toHaveProperty("globalClusterIdentifier");
  expect(one("aws:cloudwatch/logGroup:LogGroup", "db")).toMatchObject({
    name: "/aws/rds/cluster/db-0a1b2c3d/postgresql",
    kmsKeyId: "key-logs",
    retentionInDays: 90,
  });
  expect(await known(aurora.masterSecretArn)).toBe("arn:managed");
});

test("a last snapshot is left also where the protection was lifted", async () => {
  const { cluster } = await make({ protect: false });
  expect(cluster()).toMatchObject({
    deletionProtection: false,
    skipFinalSnapshot: false,
    deleteAutomatedBackups: false,
  });
});

test("what is not to leave a snapshot leaves nothing behind", async () => {
  const { cluster } = await make({ protect: false, leavesSnapshot: false });
  expect(cluster()).toMatchObject({
    deletionProtection: false,
    skipFinalSnapshot: true,
    deleteAutomatedBackups: true,
    applyImmediately: true,
  });
  expect(cluster()).not.toHaveProperty("finalSnapshotIdentifier");
});

test("instances are spread over the zones, in the order they take over", async () => {
  const { of } = await make();
  const instances = of(instanceType).map(({ inputs }) => inputs);
  expect(instances.map(({ promotionTier, availabilityZone }) => [promotionTier, availabilityZone])).toEqual([
    [0, "us-east-1a"],
    [1, "us-east-1b"],
    [2, "us-east-1c"],
    [3, "us-east-1a"],
  ]);
  for (const instance of instances) {
    expect(instance).toMatchObject({
      instanceClass: "db.r7g.2xlarge",
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      monitoringInterval: 60,
      performanceInsightsEnabled: true,
      caCertIdentifier: "rds-ca-rsa2048-g1",
    });
  }
});

test("TLS is forced and slow queries are recorded", async () => {
  const { one } = await make();
  const { family, parameters } = one(parameterGroups.cluster);
  expect(family).toBe("aurora-postgresql17");
  const values = Object.fromEntries(
    parameters.map(({ name, value }: Record<string, string>) => [name, value]),
  );
  expect(values).toMatchObject({
    "rds.force_ssl": "1",
    log_min_duration_statement: `${resources.slowQuery.value}`,
    shared_preload_libraries: "pg_stat_statements,auto_explain",
  });
  expect(values).not.toHaveProperty(["apg_write_forward.consistency_mode"]);
  expect(one(parameterGroups.instance).parameters).toEqual([
    { name: "max_connections", value: "5000", applyMethod: "pending-reboot" },
  ]);
});

test("serverless instances compute their own limit of connections", async () => {
  const serverless = { minCapacity: 1, maxCapacity: 32 };
  const { one, of, cluster } = await make({ serverless });
  expect(cluster().serverlessv2ScalingConfiguration).toEqual(serverless);
  expect(of(instanceType).every(({ inputs }) => inputs.instanceClass === "db.serverless")).toBe(true);
  expect(one(parameterGroups.instance).parameters).toEqual([]);
  const metrics = of("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs.metricName);
  expect(metrics).toContain("ACUUtilization");
  expect(metrics).not.toContain("FreeableMemory");
});

test("readers scale only where more are allowed than declared", async () => {
  const scaled = await make({ maxReaders: 6 });
  expect(scaled.one("aws:appautoscaling/target:Target")).toMatchObject({
    minCapacity: 3,
    maxCapacity: 6,
    resourceId: "cluster:db-0a1b2c3d",
    scalableDimension: "rds:cluster:ReadReplicaCount",
  });
  const policy = scaled.one("aws:appautoscaling/policy:Policy").targetTrackingScalingPolicyConfiguration;
  expect(policy.targetValue).toBe(scaling.target.cpu.value);
  expect((await make()).of("aws:appautoscaling/target:Target")).toEqual([]);
  expect((await make({ maxReaders: 3 })).of("aws:appautoscaling/target:Target")).toEqual([]);
});

test("each role has a secret with what a client needs", async () => {
  const { aurora, one } = await make();
  for (const role of ["migration", "service", "monitoring"] as const) {
    expect(aurora.roles[role].username).toBe(role);
    const { secretString } = one("aws:secretsmanager/secretVersion:SecretVersion", `db-${role}`);
    const secret = await known(pulumi.output(secretString.value ?? secretString));
    expect(JSON.parse(`${secret}`)).toEqual({
      username: role,
      password: `generated-db-${role}`,
      engine: "postgres",
      host: "db-0a1b2c3d.writer",
      port: 5432,
      dbname: "keelson",
    });
  }
});

test("the proxy opens 80 % of the connections, over TLS, and reads two secrets", async () => {
  const { aurora, one } = await make();
  const proxy = one("aws:rds/proxy:Proxy");
  expect(proxy).toMatchObject({ engineFamily: "POSTGRESQL", requireTls: true });
  expect(proxy.auths).toEqual(
    ["service", "monitoring"].map((role) => ({
      authScheme: "SECRETS",
      clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
      iamAuth: "DISABLED",
      secretArn: `arn:aws:mock:us-east-1:123456789012:db-${role}`,
    })),
  );
  const pool = one("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup").connectionPoolConfig;
  expect(pool).toEqual({
    maxConnectionsPercent: 80,
    maxIdleConnectionsPercent: 32,
    connectionBorrowTimeout: 5,
  });
  const policy = JSON.parse(one("aws:iam/rolePolicy:RolePolicy", "db-proxy").policy);
  expect(policy.Statement.map(({ Action, Resource }: Record<string, unknown>) => [Action, Resource])).toEqual(
    [
      ["secretsmanager:GetSecretValue", proxy.auths.map((auth: Record<string, string>) => auth.secretArn)],
      ["kms:Decrypt", "key-secrets"],
    ],
  );
  expect(await known(aurora.proxyEndpoint)).toBe("db-proxy-0a1b2c3d.proxy");
  expect(await known(aurora.proxyReaderEndpoint)).toBe("db-proxy-0a1b2c3d-reader.proxy");
});

test("without a reader nothing is made that needs one", async () => {
  const { aurora, of } = await make({ readers: 0 });
  expect(aurora.proxyReaderEndpoint).toBeUndefined();
  expect(of("aws:rds/proxyEndpoint:ProxyEndpoint")).toEqual([]);
  const metrics = of("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs.metricName);
  expect(metrics).not.toContain("AuroraReplicaLagMaximum");
});

test("only the clients and the proxy are let in, and the proxy out to the database alone", async () => {
  const { of } = await make();
  const peers = (type: string) =>
    of(`aws:vpc/${type}:${type.charAt(0).toUpperCase()}${type.slice(1)}`).map(({ inputs }) => [
      inputs.securityGroupId,
      inputs.referencedSecurityGroupId ?? inputs.cidrIpv4,
      inputs.fromPort,
    ]);
  expect(peers("securityGroupIngressRule").sort()).toEqual([
    ["db-id", "db-proxy-id", 5432],
    ["db-id", "sg-workloads", 5432],
    ["db-proxy-id", "sg-workloads", 5432],
  ]);
  expect(peers("securityGroupEgressRule")).toEqual([["db-proxy-id", "db-id", 5432]]);
});

test("a global database's primary has a rotated master and leaves connections to forwarded writes", async () => {
  const { aurora, cluster, one } = await make({ global: { role: "primary" } });
  expect(one("aws:rds/globalCluster:GlobalCluster")).toMatchObject({
    globalClusterIdentifier: "db-0a1b2c3d-global",
    storageEncrypted: true,
    deletionProtection: true,
  });
  expect(cluster()).toMatchObject({ globalClusterIdentifier: "db-id", masterUsername: "keelson_master" });
  expect(cluster()).not.toHaveProperty("manageMasterUserPassword");
  expect(cluster()).toHaveProperty("masterPassword");
  expect(one("aws:secretsmanager/secretRotation:SecretRotation")).toMatchObject({
    rotationLambdaArn: "arn:rotation",
    rotationRules: { automaticallyAfterDays: 7 },
  });
  expect(one("aws:serverlessrepository/cloudFormationStack:CloudFormationStack").parameters).toMatchObject({
    functionName: "db-0a1b2c3d-rotation",
    vpcSubnetIds: "subnet-1,subnet-2,subnet-3",
    endpoint: "https://secretsmanager.us-east-1.amazonaws.com",
  });
  const pool = one("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup").connectionPoolConfig;
  expect(pool.maxConnectionsPercent).toBe(60);
  const names = one(parameterGroups.cluster).parameters.map(({ name }: { name: string }) => name);
  expect(names).toContain("apg_write_forward.max_forwarding_connections_percent");
  expect(await known(aurora.globalClusterIdentifier)).toBe("db-id");
});

test("a secondary region forwards writes from its readers, with the primary's passwords and no proxy", async () => {
  const { aurora, cluster, one, of } = await make({ global: secondary });
  expect(cluster()).toMatchObject({
    globalClusterIdentifier: "db-global",
    sourceRegion: "us-east-1",
    enableGlobalWriteForwarding: true,
    skipFinalSnapshot: true,
  });
  for (const absent of ["databaseName", "masterUsername", "masterPassword", "manageMasterUserPassword"]) {
    expect(cluster()).not.toHaveProperty(absent);
  }
  expect(await known(aurora.writerEndpoint)).toBe("db-0a1b2c3d.readers");
  expect(aurora.proxyEndpoint).toBeUndefined();
  expect(aurora.masterSecretArn).toBeUndefined();
  expect(of("aws:rds/proxy:Proxy")).toEqual([]);
  expect(of("random:index/randomPassword:RandomPassword")).toEqual([]);
  expect(await known(aurora.roles.service.password)).toBe("s");
  expect(one("aws:cloudwatch/metricAlarm:MetricAlarm", "db-region-lag").dimensions).toEqual({
    DBClusterIdentifier: "db-0a1b2c3d",
    SourceRegion: "us-east-1",
  });
});

test("transform has the last word", async () => {
  const { cluster } = await make({
    transform: { cluster: (args) => ({ ...args, preferredBackupWindow: "01:00-02:00" }) },
  });
  expect(cluster().preferredBackupWindow).toBe("01:00-02:00");
});

test.each<[string, Partial<AuroraArgs>]>([
  ["engineVersion", { engineVersion: "17" }],
  ["engineVersion", { engineVersion: "14.9" }],
  ["engineVersion", { engineVersion: "15.3", global: { role: "primary" } }],
  ["readers", { readers: 16 }],
  ["readers", { readers: 1.5 }],
  ["readers", { readers: 15, global: { role: "primary" } }],
  ["maxReaders", { maxReaders: 2 }],
  ["maxReaders", { maxReaders: 16 }],
  ["maxReaders", { readers: 0, maxReaders: 2 }],
  ["instanceClass", { instanceClass: "db.t4g.large", clientConnections: 1, global: { role: "primary" } }],
  ["subnetIds", { subnetIds: ["subnet-1"] }],
  ["zones", { zones: ["us-east-1a"] }],
  ["databaseName", { databaseName: "1keelson" }],
  ["backupRetentionDays", { backupRetentionDays: 36 }],
  ["serverless.minCapacity", { serverless: { minCapacity: 0.7, maxCapacity: 64 } }],
  ["serverless.maxCapacity", { serverless: { minCapacity: 64, maxCapacity: 32 } }],
  ["clientConnections", { clientConnections: 4001 }],
  ["clientConnections", { clientConnections: 3001, global: { role: "primary" } }],
  ["clientConnections", { serverless: { minCapacity: 0.5, maxCapacity: 64 } }],
])("%s is refused: %j", async (path, changed) => {
  await recordResources();
  const mistakes = refusal(argsWith(changed)).mistakes;
  expect(mistakes.map((mistake) => mistake.path)).toEqual([path]);
  expect(mistakes[0]?.found).not.toBe("");
  expect(mistakes[0]?.allowed).not.toBe("");
});

test("every mistake is told at once, and nothing is registered", async () => {
  const recorded = await recordResources();
  const wrong = argsWith({ readers: 99, databaseName: "", backupRetentionDays: 0 });
  const { mistakes } = refusal(wrong, "Db--");
  expect(mistakes.map(({ path }) => path)).toEqual([
    "name",
    "readers",
    "databaseName",
    "backupRetentionDays",
  ]);
  expect(recorded.all).toEqual([]);
});

function refusal(args: AuroraArgs, name = "db"): InvalidInput {
  try {
    new Aurora(name, args, {});
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("connections by size", () => {
  expect(maxConnections({ instanceClass: "db.t4g.large" })).toBe(811);
  expect(maxConnections({ instanceClass: "db.r7g.4xlarge" })).toBe(5000);
  const serverless = { minCapacity: 0.5, maxCapacity: 256 };
  expect(maxConnections({ instanceClass: "db.r7g.large", serverless })).toBe(2000);
  expect(clientCapacity({ instanceClass: "db.r7g.xlarge" }, false)).toBe(2595);
});
