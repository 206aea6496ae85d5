import { describe, expect, test } from "vitest";
import { elasticache } from "./elasticache.ts";
import type { LivingResource, NewResource, Properties } from "./entry.ts";

const types = {
  cluster: "aws:elasticache/replicationGroup:ReplicationGroup",
  parameters: "aws:elasticache/parameterGroup:ParameterGroup",
  subnetGroup: "aws:elasticache/subnetGroup:SubnetGroup",
  user: "aws:elasticache/user:User",
  userGroup: "aws:elasticache/userGroup:UserGroup",
  subnet: "aws:ec2/subnet:Subnet",
};

function living(type: string, id: string, inputs: Properties): LivingResource {
  return { type, id, inputs, outputs: inputs, urn: id, region: "us-east-1" };
}

const user = (id: string, userName: string, engine = "redis") => living(types.user, id, { userName, engine });
const subnet = (id: string, zone: string, vpcId = "vpc-1") =>
  living(types.subnet, id, { availabilityZone: zone, vpcId });

const world = [
  user("nobody", "default"),
  user("app", "application"),
  user("app-2", "application"),
  user("new", "application", "valkey"),
  living(types.userGroup, "people", { engine: "redis" }),
  living(types.userGroup, "new-people", { engine: "valkey" }),
  living(types.parameters, "eight", { family: "valkey8" }),
  subnet("a", "us-east-1a"),
  subnet("b", "us-east-1b"),
  subnet("elsewhere", "us-east-1b", "vpc-2"),
  living(types.subnetGroup, "wide", { subnetIds: ["a", "b"] }),
  living(types.subnetGroup, "narrow", { subnetIds: ["a"] }),
];

function resource(inputs: Properties, previous: Properties = {}): NewResource {
  return {
    name: "cache",
    inputs,
    previous,
    region: "us-east-1",
    account: "123456789012",
    hex: (length) => "a1b2c3d4e5f6".slice(0, length),
    find: (type, reference) => world.find((each) => each.type === type && each.id === reference),
    living: (type) => world.filter((each) => each.type === type),
  };
}

function refused(type: string, inputs: Properties, previous?: Properties): string[] {
  const mistakes = elasticache[type]?.refuse?.(resource(inputs, previous)) ?? [];
  return mistakes.map(({ path }) => path);
}

const cluster = {
  replicationGroupId: "cache-1",
  engine: "valkey",
  engineVersion: "8.1",
  numNodeGroups: 2,
  replicasPerNodeGroup: 1,
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
  transitEncryptionEnabled: true,
  parameterGroupName: "eight",
  subnetGroupName: "wide",
  userGroupIds: ["people"],
};

describe("a cluster", () => {
  test("is taken as it is", () => {
    expect(refused(types.cluster, cluster)).toEqual([]);
  });

  test.each<[Properties, string]>([
    [{ automaticFailoverEnabled: false }, "automaticFailoverEnabled"],
    [{ replicasPerNodeGroup: 0 }, "multiAzEnabled"],
    [{ subnetGroupName: "narrow" }, "multiAzEnabled"],
    [{ numNodeGroups: 300 }, "numNodeGroups"],
    [{ engineVersion: "9.0" }, "parameterGroupName"],
    [{ transitEncryptionEnabled: false }, "transitEncryptionEnabled"],
    [{ userGroupIds: ["people", "new-people"] }, "userGroupIds"],
    [
      { engine: "redis", engineVersion: "7.1", parameterGroupName: "?", userGroupIds: ["new-people"] },
      "userGroupIds",
    ],
  ])("is refused with %o", (changes, path) => {
    expect(refused(types.cluster, { ...cluster, ...changes })).toEqual([path]);
  });

  test("does not go back to Redis, nor to an older version", () => {
    const now = { ...cluster, parameterGroupName: "?" };
    expect(refused(types.cluster, { ...now, engine: "redis", engineVersion: "7.1" }, now)).toEqual([
      "engine",
    ]);
    expect(refused(types.cluster, { ...now, engineVersion: "8.0" }, now)).toEqual(["engineVersion"]);
    const before = { ...now, engine: "redis", engineVersion: "7.1" };
    expect(refused(types.cluster, now, before)).toEqual([]);
  });

  test("has the addresses and nodes of a real one", () => {
    const { configurationEndpointAddress, memberClusters } = elasticache[types.cluster]?.computed ?? {};
    expect(configurationEndpointAddress?.(resource(cluster))).toBe(
      "clustercfg.cache-1.a1b2c3.use1.cache.amazonaws.com",
    );
    expect(memberClusters?.(resource(cluster))).toEqual([
      "cache-1-0001-001",
      "cache-1-0001-002",
      "cache-1-0002-001",
      "cache-1-0002-002",
    ]);
  });
});

test.each<[string, string, Properties, string[]]>([
  ["a full group", types.userGroup, { engine: "redis", userIds: ["nobody", "app"] }, []],
  ["no default user", types.userGroup, { engine: "redis", userIds: ["app"] }, ["userIds"]],
  ["no default user with Valkey", types.userGroup, { engine: "valkey", userIds: ["new"] }, []],
  ["a user of Valkey", types.userGroup, { engine: "redis", userIds: ["nobody", "new"] }, ["userIds"]],
  ["a name twice", types.userGroup, { engine: "redis", userIds: ["nobody", "app", "app-2"] }, ["userIds"]],
  ["users not made yet", types.userGroup, { engine: "redis", userIds: ["later"] }, []],
  ["two networks", types.subnetGroup, { subnetIds: ["a", "elsewhere"] }, ["subnetIds"]],
  ["an unknown family", types.parameters, { family: "valkey10" }, ["family"]],
  [
    "an unknown policy",
    types.parameters,
    { family: "valkey8", parameters: [{ name: "maxmemory-policy", value: "lfu" }] },
    ["parameters.maxmemory-policy"],
  ],
  ["a command kept by AWS", types.user, { accessString: "on ~* -@all +config|get" }, ["accessString"]],
  ["all but what AWS keeps", types.user, { accessString: "on ~* -@all +@read" }, []],
  [
    "a short password",
    types.user,
    { accessString: "on", authenticationMode: { passwords: ["short"] } },
    ["authenticationMode.passwords"],
  ],
])("%s", (_name, type, inputs, paths) => {
  expect(refused(type, inputs)).toEqual(paths);
});

test("a refused password is not shown", () => {
  const inputs = { accessString: "on >hidden", authenticationMode: { passwords: ["hidden"] } };
  const mistakes = elasticache[types.user]?.refuse?.(resource(inputs));
  expect(mistakes).toHaveLength(2);
  expect(JSON.stringify(mistakes)).not.toContain("hidden");
});
