/** ElastiCache: clusters of Valkey and Redis, and what they are made of. */
import type { Mistake } from "../../../validate.ts";
import { regionCode } from "../../cloud/region-code.ts";
import type { AwsTypes, Behaviour, LivingResource, NewResource, Properties } from "./entry.ts";
import { list, providerDocs, refuseIf, text } from "./rows.ts";

const guide = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg";

const groupType = "aws:elasticache/userGroup:UserGroup";
const userType = "aws:elasticache/user:User";
const parameterGroupType = "aws:elasticache/parameterGroup:ParameterGroup";
const subnetGroupType = "aws:elasticache/subnetGroup:SubnetGroup";

function onCluster(change: Behaviour["change"]): Behaviour {
  return { change, source: `${providerDocs}/elasticache_replication_group` };
}

const identifier = /^[a-z](-?[a-z0-9])*$/;

export const elasticache: AwsTypes = {
  [subnetGroupType]: {
    specification: "AWS::ElastiCache::SubnetGroup",
    properties: { name: "CacheSubnetGroupName" },
    optional: { description: `${providerDocs}/elasticache_subnet_group` },
    physicalName: named("name", 255, true),
    id: ({ inputs }) => text(inputs.name),
    computed: {
      arn: (resource) => arn(resource, "subnetgroup", resource.inputs.name),
      vpcId: (resource) => subnets(resource, resource.inputs.subnetIds)[0]?.inputs.vpcId,
    },
    refuse: (resource) => {
      const networks = new Set(
        subnets(resource, resource.inputs.subnetIds).map(({ inputs }) => inputs.vpcId),
      );
      return refuseIf(networks.size > 1, "subnetIds", `${networks.size} VPCs`, "subnets of one VPC");
    },
  },

  [parameterGroupType]: {
    specification: "AWS::ElastiCache::ParameterGroup",
    properties: {
      name: { change: "replace", source: `${providerDocs}/elasticache_parameter_group` },
      family: "CacheParameterGroupFamily",
      parameters: "Properties",
      description: { change: "replace", source: `${providerDocs}/elasticache_parameter_group` },
    },
    optional: { description: `${providerDocs}/elasticache_parameter_group` },
    physicalName: named("name", 255, true),
    id: ({ inputs }) => text(inputs.name),
    computed: { arn: (resource) => arn(resource, "parametergroup", resource.inputs.name) },
    refuse: ({ inputs }) => [...familyMistakes(inputs), ...parameterMistakes(inputs)],
  },

  [userType]: {
    specification: "AWS::ElastiCache::User",
    properties: { engine: { change: "update", source: `${providerDocs}/elasticache_user` } },
    required: ["accessString"],
    physicalName: named("userId", 40, false),
    id: ({ inputs }) => text(inputs.userId),
    computed: { arn: (resource) => arn(resource, "user", resource.inputs.userId) },
    refuse: ({ inputs }) => [...accessMistakes(inputs), ...passwordMistakes(inputs)],
  },

  [groupType]: {
    specification: "AWS::ElastiCache::UserGroup",
    optional: { userIds: `${providerDocs}/elasticache_user_group` },
    physicalName: named("userGroupId", 40, false),
    id: ({ inputs }) => text(inputs.userGroupId),
    computed: { arn: (resource) => arn(resource, "usergroup", resource.inputs.userGroupId) },
    holds: ["userIds"],
    refuse: memberMistakes,
  },

  "aws:elasticache/replicationGroup:ReplicationGroup": {
    specification: "AWS::ElastiCache::ReplicationGroup",
    properties: {
      description: "ReplicationGroupDescription",
      nodeType: "CacheNodeType",
      parameterGroupName: "CacheParameterGroupName",
      subnetGroupName: "CacheSubnetGroupName",
      maintenanceWindow: "PreferredMaintenanceWindow",
      // The way back, for which the provider replaces the cluster, is refused below.
      engine: onCluster("update"),
      numNodeGroups: onCluster("update"),
      replicasPerNodeGroup: onCluster("update"),
      applyImmediately: onCluster("update"),
      "logDeliveryConfigurations.destination": "DestinationDetails.CloudWatchLogsDetails.LogGroup",
    },
    required: ["nodeType"],
    physicalName: named("replicationGroupId", 40, true),
    id: ({ inputs }) => text(inputs.replicationGroupId),
    computed: {
      arn: (resource) => arn(resource, "replicationgroup", resource.inputs.replicationGroupId),
      configurationEndpointAddress: (resource) =>
        `clustercfg.${resource.inputs.replicationGroupId}.${resource.hex(6)}.${regionCode(resource.region)}.cache.amazonaws.com`,
      // Those of a cluster are its shards' own.
      primaryEndpointAddress: () => "",
      readerEndpointAddress: () => "",
      clusterEnabled: () => true,
      memberClusters: ({ inputs }) => memberClusters(inputs),
      numCacheClusters: ({ inputs }) => memberClusters(inputs).length,
      engineVersionActual: ({ inputs }) => `${inputs.engineVersion}.0`,
    },
    holds: ["parameterGroupName", "subnetGroupName", "userGroupIds", "securityGroupIds"],
    refuse: (resource) => [
      ...availabilityMistakes(resource),
      ...engineMistakes(resource),
      ...userGroupMistakes(resource),
    ],
  },
};

function named(property: string, limit: number, automatic: boolean) {
  return { property, limit, pattern: identifier, unique: "region" as const, automatic };
}

function arn({ region, account }: NewResource, kind: string, name: unknown): string {
  return `arn:aws:elasticache:${region}:${account}:${kind}:${name}`;
}

function memberClusters({ replicationGroupId, numNodeGroups, replicasPerNodeGroup }: Properties): string[] {
  const count = (length: number, digits: number) =>
    Array.from({ length }, (_, index) => `${index + 1}`.padStart(digits, "0"));
  const nodes = count(1 + Number(replicasPerNodeGroup ?? 0), 3);
  return count(Number(numNodeGroups ?? 1), 4).flatMap((shard) =>
    nodes.map((node) => `${replicationGroupId}-${shard}-${node}`),
  );
}

/** Source: ElastiCache User Guide, "Parameter management"; of those that have cluster mode and access by user. */
function familyMistakes({ family }: Properties): Mistake[] {
  const families = ["redis6.x", "redis7", "valkey7", "valkey8", "valkey9"];
  const isKnown = family === undefined || families.includes(text(family));
  return refuseIf(!isKnown, "family", JSON.stringify(family), `one of ${families.join(", ")}`);
}

/** Values that ElastiCache takes, of the parameters that are in use. Source: "Engine specific parameters". */
const parameterValues: Readonly<Record<string, readonly string[]>> = {
  "cluster-enabled": ["yes", "no"],
  "latency-tracking": ["yes", "no"],
  "maxmemory-policy": [
    "volatile-lru",
    "allkeys-lru",
    "volatile-lfu",
    "allkeys-lfu",
    "volatile-random",
    "allkeys-random",
    "volatile-ttl",
    "noeviction",
  ],
};

function parameterMistakes({ parameters }: Properties): Mistake[] {
  return list<{ name: string; value: string }>(parameters).flatMap(({ name, value }) => {
    const allowed = parameterValues[name];
    const isWrong = allowed !== undefined && !allowed.includes(value);
    return refuseIf(isWrong, `parameters.${name}`, JSON.stringify(value), `one of ${allowed?.join(", ")}`);
  });
}

/** Source: ElastiCache User Guide, "Restricted commands". */
const restricted = "bgrewriteaof|bgsave|config|debug|migrate|replicaof|save|slaveof|shutdown|sync";

function accessMistakes({ accessString }: Properties): Mistake[] {
  if (accessString === undefined) return [];
  const rules = text(accessString).split(/\s+/);
  const forbidden = rules.filter((rule) =>
    new RegExp(`^(reset|[>#<!].*|[+-](${restricted})(\\|.*)?)$`).test(rule),
  );
  return refuseIf(
    forbidden.length > 0,
    "accessString",
    forbidden.map((rule) => (/^[>#<!]/.test(rule) ? "a password" : rule)).join(" "),
    "rules without reset, passwords and commands that ElastiCache keeps to itself",
  );
}

/** Source: ElastiCache API Reference, CreateUser, and "Authenticating with the AUTH command". */
function passwordMistakes({ authenticationMode, passwords }: Properties): Mistake[] {
  const mode = (authenticationMode ?? {}) as { type?: string; passwords?: unknown };
  const given = [...list(mode.passwords), ...list(passwords)].filter((each) => typeof each === "string");
  const isWrong = given.some((password) => !/^[^,"/@\s]{16,128}$/.test(password));
  return [
    ...refuseIf(
      isWrong,
      "authenticationMode.passwords",
      "a value that is not shown",
      '16 to 128 characters, none of ,"/@',
    ),
    ...refuseIf(given.length > 2, "authenticationMode.passwords", `${given.length}`, "at most 2"),
  ];
}

/** Source: ElastiCache User Guide, "Role-Based Access Control (RBAC)". */
function memberMistakes(resource: NewResource): Mistake[] {
  const { inputs } = resource;
  const members = list(inputs.userIds).flatMap((id) => resource.find(userType, id) ?? []);
  if (members.length < list(inputs.userIds).length) return [];
  const names = members.map((user) => text(user.inputs.userName));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const isRedis = inputs.engine === "redis";
  const foreign = members.find((user) => isRedis && user.inputs.engine !== "redis");
  return [
    ...refuseIf(twice !== undefined, "userIds", `${twice} twice`, "each user name once"),
    ...refuseIf(
      isRedis && !names.includes("default"),
      "userIds",
      names.join(", "),
      'one with the user name "default"',
    ),
    ...refuseIf(foreign !== undefined, "userIds", `${foreign?.id}`, "users of engine redis"),
  ];
}

/** Source: ElastiCache API Reference, CreateReplicationGroup. */
function availabilityMistakes(resource: NewResource): Mistake[] {
  const { automaticFailoverEnabled, multiAzEnabled, replicasPerNodeGroup, subnetGroupName, numNodeGroups } =
    resource.inputs;
  const group = resource.find(subnetGroupType, subnetGroupName);
  const zones = new Set(
    subnets(resource, group?.inputs.subnetIds).map(({ inputs }) => inputs.availabilityZone),
  );
  return [
    ...refuseIf(
      automaticFailoverEnabled === false,
      "automaticFailoverEnabled",
      "false",
      "true in cluster mode",
    ),
    ...refuseIf(
      multiAzEnabled === true && replicasPerNodeGroup === 0,
      "multiAzEnabled",
      "true",
      "false without replicas",
    ),
    ...refuseIf(
      multiAzEnabled === true && zones.size === 1,
      "multiAzEnabled",
      "subnets of one zone",
      "subnets of at least two zones",
    ),
    ...refuseIf(
      memberClusters(resource.inputs).length > 500,
      "numNodeGroups",
      `${numNodeGroups} with ${replicasPerNodeGroup} replicas each`,
      "at most 500 nodes",
    ),
  ];
}

/** Source: `${guide}/VersionManagement.html`: a cluster goes neither from Valkey to Redis nor to an older version. */
function engineMistakes(resource: NewResource): Mistake[] {
  const { inputs, previous } = resource;
  const { engine, engineVersion, parameterGroupName } = inputs;
  const family = resource.find(parameterGroupType, parameterGroupName)?.inputs.family;
  const fitting = `${engine}${text(engineVersion).split(".")[0]}`;
  const sameEngine = engine === previous.engine;
  return [
    ...refuseIf(
      family !== undefined && family !== fitting,
      "parameterGroupName",
      `a group of family ${family}`,
      `one of family ${fitting}`,
    ),
    ...refuseIf(
      previous.engine === "valkey" && engine === "redis",
      "engine",
      '"redis"',
      `"valkey": see ${guide}/VersionManagement.html`,
    ),
    ...refuseIf(
      sameEngine && Number(engineVersion) < Number(previous.engineVersion),
      "engineVersion",
      text(engineVersion),
      `at least ${previous.engineVersion}: see ${guide}/VersionManagement.html`,
    ),
  ];
}

function userGroupMistakes(resource: NewResource): Mistake[] {
  const { inputs } = resource;
  const groups = list(inputs.userGroupIds).flatMap((id) => resource.find(groupType, id) ?? []);
  const foreign = groups.find((group) => inputs.engine === "redis" && group.inputs.engine !== "redis");
  return [
    ...refuseIf(groups.length > 1, "userGroupIds", `${groups.length}`, "at most 1"),
    ...refuseIf(foreign !== undefined, "userGroupIds", `${foreign?.id}`, "a group of engine redis"),
    ...refuseIf(
      groups.length > 0 && inputs.transitEncryptionEnabled === false,
      "transitEncryptionEnabled",
      "false",
      "true with user groups",
    ),
  ];
}

function subnets(resource: NewResource, ids: unknown): LivingResource[] {
  return list(ids).flatMap((id) => resource.find("aws:ec2/subnet:Subnet", id) ?? []);
}
