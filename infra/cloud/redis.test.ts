import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { resources, scaling } from "../../objectives.ts";
import { InvalidInput } from "../../validate.ts";
import { recordResources } from "./mocks.ts";
import { Redis, type RedisArgs } from "./redis.ts";

const types = {
  cluster: "aws:elasticache/replicationGroup:ReplicationGroup",
  parameters: "aws:elasticache/parameterGroup:ParameterGroup",
  user: "aws:elasticache/user:User",
  userGroup: "aws:elasticache/userGroup:UserGroup",
  secret: "aws:secretsmanager/secret:Secret",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  rule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  logs: "aws:cloudwatch/logGroup:LogGroup",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  target: "aws:appautoscaling/target:Target",
  policy: "aws:appautoscaling/policy:Policy",
};

const args: RedisArgs = {
  engine: "valkey",
  engineVersion: "8.1",
  nodeType: "cache.r7g.large",
  shards: 2,
  replicasPerShard: 1,
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  clients: { workloads: "sg-workloads" },
  keys: { cache: "arn:key/cache", secrets: "arn:key/secrets", logs: "arn:key/logs" },
  snapshotRetentionDays: 7,
  logRetentionDays: 30,
  protect: true,
  topicArn: "arn:topic",
};

let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources({
    [types.cluster]: (_inputs, name) => ({
      replicationGroupId: `${name}-1a2b3c4`,
      configurationEndpointAddress: `clustercfg.${name}.example`,
    }),
    "random:index/randomPassword:RandomPassword": (_inputs, name) => ({ result: `password of ${name}` }),
  });
});

/** Options that the cluster was registered with, which mocks do not see. */
let options: pulumi.CustomResourceOptions;

async function made(changes: Partial<RedisArgs> = {}): Promise<Redis> {
  const watch: pulumi.ResourceTransformation = ({ type, opts }) => {
    if (type === types.cluster) options = opts;
    return undefined;
  };
  const redis = new Redis("cache", { ...args, ...changes }, { transformations: [watch] });
  await recorded.settled();
  return redis;
}

function inputsOf(type: string, name?: string) {
  const found = recorded.of(type).find((each) => name === undefined || each.name === name);
  return found?.inputs ?? {};
}

describe("the cluster", () => {
  test("is encrypted, spread over zones and fails over by itself", async () => {
    await made();
    expect(inputsOf(types.cluster)).toMatchObject({
      engine: "valkey",
      engineVersion: "8.1",
      nodeType: "cache.r7g.large",
      numNodeGroups: 2,
      replicasPerNodeGroup: 1,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      kmsKeyId: "arn:key/cache",
      snapshotRetentionLimit: 7,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      userGroupIds: ["cache"],
      securityGroupIds: ["cache-id"],
    });
  });

  test("without replicas is in one zone, and cluster mode still wants failover on", async () => {
    await made({ replicasPerShard: 0 });
    expect(inputsOf(types.cluster)).toMatchObject({ automaticFailoverEnabled: true, multiAzEnabled: false });
  });

  test.each([
    ["valkey", "8.2", "valkey8"],
    ["valkey", "9.0", "valkey9"],
    ["redis", "7.1", "redis7"],
  ] as const)("of %s %s takes parameters of %s", async (engine, engineVersion, family) => {
    await made({ engine, engineVersion });
    expect(inputsOf(types.parameters)).toMatchObject({
      family,
      parameters: expect.arrayContaining([
        { name: "cluster-enabled", value: "yes" },
        { name: "maxmemory-policy", value: "allkeys-lfu" },
      ]),
    });
  });

  test("sends both logs to encrypted groups", async () => {
    await made();
    expect(inputsOf(types.cluster).logDeliveryConfigurations).toEqual(
      ["slow-log", "engine-log"].map((logType) => ({
        logType,
        logFormat: "json",
        destinationType: "cloudwatch-logs",
        destination: `cache-${logType}`,
      })),
    );
    for (const { inputs } of recorded.of(types.logs)) {
      expect(inputs).toMatchObject({ kmsKeyId: "arn:key/logs", retentionInDays: 30 });
    }
  });

  test("can be changed where the component did not foresee it", async () => {
    await made({
      transform: { replicationGroup: (inputs) => ({ ...inputs, snapshotWindow: "01:00-02:00" }) },
    });
    expect(inputsOf(types.cluster).snapshotWindow).toBe("01:00-02:00");
  });

  test.each([true, false])("is protected when that is asked for: %s", async (protect) => {
    await made({ protect });
    expect(options.protect).toBe(protect);
  });

  test("tells how to reach it", async () => {
    const redis = await made();
    const outputs = pulumi.all([redis.endpoint, redis.replicationGroupId, redis.securityGroupId]);
    expect(await new Promise((resolve) => outputs.apply(resolve))).toEqual([
      "clustercfg.cache.example",
      "cache-1a2b3c4",
      "cache-id",
    ]);
    expect(redis.port).toBe(6379);
  });
});

test("only the clients' security groups are let in, and only to the port", async () => {
  await made({ clients: { workloads: "sg-workloads", bastion: "sg-bastion" } });
  expect(inputsOf(types.securityGroup)).not.toHaveProperty("ingress");
  expect(inputsOf(types.securityGroup)).not.toHaveProperty("egress");
  const rules = recorded.of(types.rule).map(({ inputs }) => inputs);
  expect(rules.map((rule) => rule.referencedSecurityGroupId).sort()).toEqual(["sg-bastion", "sg-workloads"]);
  for (const rule of rules) {
    expect(rule).toMatchObject({
      ipProtocol: "tcp",
      fromPort: 6379,
      toPort: 6379,
      securityGroupId: "cache-id",
    });
    expect(rule).not.toHaveProperty("cidrIpv4");
  }
});

describe("users", () => {
  test("have each a generated password, kept encrypted", async () => {
    const redis = await made();
    expect(Object.keys(redis.users)).toEqual(["application", "metrics", "admin"]);
    for (const user of ["application", "metrics", "admin"]) {
      const name = `cache-${user}`;
      const { userName, authenticationMode } = inputsOf(types.user, name);
      expect(userName).toBe(user);
      expect(pulumi.runtime.isRpcSecret(authenticationMode)).toBe(true);
      expect(pulumi.runtime.unwrapRpcSecret(authenticationMode)).toEqual({
        type: "password",
        passwords: [`password of ${name}`],
      });
      expect(inputsOf(types.secret, name)).toMatchObject({
        kmsKeyId: "arn:key/secrets",
        recoveryWindowInDays: 30,
      });
      const { secretString } = inputsOf("aws:secretsmanager/secretVersion:SecretVersion", name);
      const value = pulumi.runtime.unwrapRpcSecret(secretString);
      expect(JSON.parse(value)).toEqual({ username: user, password: `password of ${name}` });
    }
  });

  test("are all in the group, with a default user that can do nothing", async () => {
    await made();
    expect(inputsOf(types.user, "cache-default")).toMatchObject({
      userName: "default",
      accessString: "off -@all",
    });
    expect(inputsOf(types.userGroup).userIds).toEqual([
      "cache-default",
      "cache-app",
      "cache-metrics",
      "cache-admin",
    ]);
  });

  test("may do no more than their work needs", async () => {
    await made();
    const application = inputsOf(types.user, "cache-application").accessString;
    expect(application).toMatch(/^on ~\* &\* -@all /);
    expect(application.indexOf("-@dangerous")).toBeGreaterThan(application.indexOf("+@connection"));
    const metrics = inputsOf(types.user, "cache-metrics").accessString;
    expect(metrics).toMatch(/^on -@all /);
    expect(metrics).not.toMatch(/[~&]|\+@/);
  });

  test("stay as they are when the engine changes", async () => {
    const engines = [];
    for (const engine of ["redis", "valkey"] as const) {
      recorded = await recordResources();
      await made({ engine, engineVersion: engine === "redis" ? "7.1" : "8.1" });
      const users = [...recorded.of(types.user), ...recorded.of(types.userGroup)];
      engines.push(users.map(({ inputs }) => inputs.userId ?? inputs.userGroupId).sort());
      expect(users.map(({ inputs }) => inputs.engine)).toEqual(Array(5).fill("redis"));
    }
    expect(engines[0]).toEqual(engines[1]);
  });
});

describe("replica scaling", () => {
  test("is absent unless asked for", async () => {
    await made();
    expect(recorded.of(types.target)).toEqual([]);
    expect(recorded.of(types.policy)).toEqual([]);
    expect(options.ignoreChanges).toBeUndefined();
  });

  test("follows the replicas' CPU between the two bounds", async () => {
    await made({ maxReplicasPerShard: 3 });
    expect(options.ignoreChanges).toEqual(["replicasPerNodeGroup"]);
    expect(inputsOf(types.target)).toMatchObject({
      resourceId: "replication-group/cache-1a2b3c4",
      scalableDimension: "elasticache:replication-group:Replicas",
      minCapacity: 1,
      maxCapacity: 3,
    });
    expect(inputsOf(types.policy).targetTrackingScalingPolicyConfiguration).toEqual({
      predefinedMetricSpecification: { predefinedMetricType: "ElastiCacheReplicaEngineCPUUtilization" },
      targetValue: scaling.target.cpu.value,
    });
  });
});

describe("alarms", () => {
  const watched = (metric: string) =>
    recorded
      .of(types.alarm)
      .filter(({ inputs }) => inputs.metricName === metric)
      .map(({ inputs }) => inputs.dimensions.CacheClusterId)
      .sort();

  test("watch every node, and of what a shard's nodes have in common the first", async () => {
    await made();
    const nodes = ["0001-001", "0001-002", "0002-001", "0002-002"].map((node) => `cache-1a2b3c4-${node}`);
    expect(watched("EngineCPUUtilization")).toEqual(nodes);
    expect(watched("ReplicationLag")).toEqual(nodes);
    expect(watched("DatabaseMemoryUsageCountedForEvictPercentage")).toEqual([nodes[0], nodes[2]]);
    expect(inputsOf(types.alarm, "cache-0001-001-cpu")).toMatchObject({
      threshold: resources.cpu.peak.value,
      alarmActions: ["arn:topic"],
    });
  });

  test("watch replicas that are yet to come", async () => {
    await made({ shards: 1, maxReplicasPerShard: 3 });
    expect(watched("EngineCPUUtilization")).toHaveLength(4);
  });

  test("leave out lag where nothing replicates", async () => {
    await made({ replicasPerShard: 0 });
    expect(watched("ReplicationLag")).toEqual([]);
    expect(watched("EngineCPUUtilization")).toHaveLength(2);
  });
});

describe("refuses", () => {
  // biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what is tested
  const wrong: [Record<string, any>, { path: string; found: string; allowed: RegExp }][] = [
    [{ engine: "memcached" }, { path: "engine", found: '"memcached"', allowed: /valkey, redis/ }],
    [
      { engineVersion: "8.1.0" },
      { path: "engineVersion", found: '"8.1.0" with engine valkey', allowed: /8\.1, 8\.2/ },
    ],
    [{ engine: "redis" }, { path: "engineVersion", found: '"8.1" with engine redis', allowed: /7\.0, 7\.1/ }],
    [{ nodeType: "cache.m1.small" }, { path: "nodeType", found: '"cache.m1.small"', allowed: /cache\.r7g/ }],
    [{ shards: 0 }, { path: "shards", found: "0", allowed: /1 to 500/ }],
    [{ shards: 300 }, { path: "shards", found: "600 nodes", allowed: /at most 500 nodes/ }],
    [{ replicasPerShard: 6 }, { path: "replicasPerShard", found: "6", allowed: /0 to 5/ }],
    [{ subnetIds: ["subnet-a"] }, { path: "subnetIds", found: "1", allowed: /at least 2/ }],
    [{ snapshotRetentionDays: 36 }, { path: "snapshotRetentionDays", found: "36", allowed: /0 to 35/ }],
    [{ logRetentionDays: 31 }, { path: "logRetentionDays", found: "31", allowed: /30, 60/ }],
    [{ maxReplicasPerShard: 6 }, { path: "maxReplicasPerShard", found: "6", allowed: /1 to 5/ }],
    [
      { replicasPerShard: 3, maxReplicasPerShard: 2 },
      { path: "maxReplicasPerShard", found: "2", allowed: /3 to 5/ },
    ],
    [
      { replicasPerShard: 0, maxReplicasPerShard: 2 },
      { path: "replicasPerShard", found: "0", allowed: /at least 1/ },
    ],
    [
      { nodeType: "cache.t4g.medium", maxReplicasPerShard: 2 },
      { path: "maxReplicasPerShard", found: "2 with cache.t4g.medium", allowed: /m7g or r7g/ },
    ],
  ];

  test.each(wrong)("%o", (changes, { path, found, allowed }) => {
    const mistakes = refusal(changes);
    expect(mistakes).toEqual([{ path, found, allowed: expect.stringMatching(allowed) }]);
    expect(recorded.all).toEqual([]);
  });

  test("every wrong argument at once", () => {
    const paths = refusal({ shards: 0, replicasPerShard: 9, subnetIds: [] }).map(({ path }) => path);
    expect(paths).toEqual(["shards", "replicasPerShard", "subnetIds"]);
  });

  test("a name that leaves AWS's limit no room", () => {
    const name = "a".repeat(33);
    expect(() => new Redis(name, args, {})).toThrow(/name of the replicationGroup.*at most 32/);
  });

  function refusal(changes: object) {
    try {
      new Redis("cache", { ...args, ...changes }, {});
    } catch (error) {
      if (error instanceof InvalidInput) return error.mistakes;
      throw error;
    }
    return [];
  }
});
