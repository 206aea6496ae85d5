/**
 * Requirement by requirement, the resources of stack `prod` that satisfy it. A requirement with several parts has
 * a test for each.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { databaseClasses, type NodeType, nodeTypes } from "../../infra/cloud/machines.ts";
import type { Step } from "../../infra/rehearsal/events.ts";
import { type MachineSize, sizing } from "../../infra/sizing.ts";
import { resources as promised, scaling } from "../../objectives.ts";
import { rehearse } from "../stack-life.ts";

// biome-ignore lint/suspicious/noExplicitAny: properties have every shape
type Properties = Record<string, any>;

const prod = sizing.prod;
let steps: readonly Step[] = [];

beforeAll(async () => {
  const { rehearsal } = await rehearse("prod");
  try {
    const run = await rehearsal.preview();
    expect(run.diagnostics).toEqual([]);
    steps = run.steps;
  } finally {
    await rehearsal.close();
  }
});

function all(type: string): Properties[] {
  const found = steps.filter((step) => step.type === type).map(({ inputs }) => inputs);
  expect(found, type).not.toEqual([]);
  return found;
}

function only(type: string): Properties {
  const found = all(type);
  expect(found, type).toHaveLength(1);
  return found[0] as Properties;
}

function parameters(group: Properties): Record<string, string> {
  return Object.fromEntries(group.parameters.map(({ name, value }: Properties) => [name, value]));
}

function onDemand(): Properties[] {
  return all("aws:eks/nodeGroup:NodeGroup").filter(({ capacityType }) => capacityType === "ON_DEMAND");
}

function machineOf(group: Properties | undefined): MachineSize {
  const [type] = group?.instanceTypes ?? [];
  expect(Object.keys(nodeTypes)).toContain(type);
  return nodeTypes[type as NodeType];
}

const encrypted = "[unknown]"; // by a key of the platform's own, whose ARN is known once it is made

describe("I1: Redis Cluster on ElastiCache", () => {
  const group = () => only("aws:elasticache/replicationGroup:ReplicationGroup");

  test("shards × replicas, multi-AZ failover", () => {
    expect(group()).toMatchObject({
      clusterMode: "enabled",
      numNodeGroups: prod.redis.shards,
      replicasPerNodeGroup: prod.redis.replicasPerShard,
      multiAzEnabled: true,
      automaticFailoverEnabled: true,
    });
    expect(only("aws:elasticache/subnetGroup:SubnetGroup").subnetIds).toHaveLength(3);
  });

  test("TLS, encryption at rest", () => {
    expect(group()).toMatchObject({
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      kmsKeyId: encrypted,
    });
  });

  test("authentication: users with passwords, `default` closed", () => {
    expect(group().userGroupIds).toHaveLength(1);
    const users = all("aws:elasticache/user:User");
    expect(users.map(({ userName }) => userName).sort()).toEqual([
      "admin",
      "application",
      "default",
      "metrics",
    ]);
    for (const { authenticationMode, noPasswordRequired } of users) {
      expect(authenticationMode ?? noPasswordRequired).not.toBe(true);
    }
    expect(users.find(({ userName }) => userName === "default")?.accessString).toMatch(/^off .*-@all/);
  });

  test("parameter group, snapshots, logs, replica autoscaling", () => {
    expect(parameters(only("aws:elasticache/parameterGroup:ParameterGroup"))).toMatchObject({
      "maxmemory-policy": "allkeys-lfu",
    });
    expect(group()).toMatchObject({ snapshotRetentionLimit: prod.redis.snapshotDays });
    expect(
      group()
        .logDeliveryConfigurations.map(({ logType }: Properties) => logType)
        .sort(),
    ).toEqual(["engine-log", "slow-log"]);
    expect(all("aws:appautoscaling/target:Target")).toContainEqual(
      expect.objectContaining({
        serviceNamespace: "elasticache",
        maxCapacity: prod.redis.maxReplicasPerShard,
      }),
    );
  });
});

describe("I2: Aurora PostgreSQL", () => {
  const cluster = () => only("aws:rds/cluster:Cluster");
  const instances = () => all("aws:rds/clusterInstance:ClusterInstance");

  test("writer and read replicas with failover tiers, in different zones", () => {
    expect(instances()).toHaveLength(1 + prod.database.replicas);
    const tiers = instances().map(({ promotionTier }) => promotionTier);
    expect(new Set(tiers).size).toBe(tiers.length);
    expect(new Set(instances().map(({ availabilityZone }) => availabilityZone)).size).toBe(3);
  });

  test("replica autoscaling", () => {
    expect(all("aws:appautoscaling/target:Target")).toContainEqual(
      expect.objectContaining({
        scalableDimension: "rds:cluster:ReadReplicaCount",
        minCapacity: prod.database.replicas,
        maxCapacity: prod.database.maxReplicas,
      }),
    );
    expect(all("aws:appautoscaling/policy:Policy")).toContainEqual(
      expect.objectContaining({
        targetTrackingScalingPolicyConfiguration: expect.objectContaining({
          targetValue: scaling.target.cpu.value,
        }),
      }),
    );
  });

  test("RDS Proxy pooling with health checks, a read-only endpoint beside it, TLS", () => {
    expect(only("aws:rds/proxy:Proxy")).toMatchObject({ engineFamily: "POSTGRESQL", requireTls: true });
    expect(only("aws:rds/proxyEndpoint:ProxyEndpoint").targetRole).toBe("READ_ONLY");
    const { connectionPoolConfig } = only("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup");
    expect(connectionPoolConfig.maxConnectionsPercent).toBe(promised.databasePool.used.value);
  });

  test("Performance Insights, parameter groups", () => {
    expect(cluster().performanceInsightsEnabled).toBe(true);
    const settings = parameters(only("aws:rds/clusterParameterGroup:ClusterParameterGroup"));
    expect(settings).toMatchObject({
      "rds.force_ssl": "1",
      log_min_duration_statement: `${promised.slowQuery.value}`,
    });
    expect(settings.shared_preload_libraries).toMatch(/pg_stat_statements/);
    expect(settings.shared_preload_libraries).toMatch(/auto_explain/);
    only("aws:rds/parameterGroup:ParameterGroup");
  });

  test("PITR, deletion protection, encryption", () => {
    expect(cluster()).toMatchObject({
      backupRetentionPeriod: prod.database.backupDays,
      deletionProtection: true,
      skipFinalSnapshot: false,
      storageEncrypted: true,
      kmsKeyId: encrypted,
    });
    for (const { publiclyAccessible } of instances()) expect(publiclyAccessible).toBe(false);
  });
});

describe("I3: EKS", () => {
  test("managed node groups: on-demand, and spot for the non-critical", () => {
    const groups = all("aws:eks/nodeGroup:NodeGroup");
    const spot = groups.filter(({ capacityType }) => capacityType === "SPOT");
    expect(groups.filter(({ capacityType }) => capacityType === "ON_DEMAND")).toHaveLength(1);
    expect(spot).toHaveLength(1);
    expect(spot[0]?.taints).toMatchObject([{ effect: "NO_SCHEDULE" }]);
  });

  test("add-ons", () => {
    const names = all("aws:eks/addon:Addon").map(({ addonName }) => addonName);
    for (const name of [
      "vpc-cni",
      "coredns",
      "kube-proxy",
      "eks-pod-identity-agent",
      "aws-ebs-csi-driver",
      "metrics-server",
      "kube-state-metrics",
      "prometheus-node-exporter",
    ]) {
      expect(names).toContain(name);
    }
  });

  test("private by default, secrets encrypted, control-plane logs", () => {
    expect(only("aws:eks/cluster:Cluster")).toMatchObject({
      vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false },
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: encrypted } },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    });
  });

  test("identities by pod, and a way in for pipelines", () => {
    const accounts = all("aws:eks/podIdentityAssociation:PodIdentityAssociation");
    expect(accounts.map(({ serviceAccount }) => serviceAccount)).toEqual(
      expect.arrayContaining(["api", "migration", "monitoring", "cluster-autoscaler"]),
    );
    all("aws:eks/accessEntry:AccessEntry");
    only("aws:autoscaling/group:Group");
  });

  test("nodes: IMDSv2 one hop away, encrypted gp3 disks", () => {
    for (const { metadataOptions, blockDeviceMappings } of all("aws:ec2/launchTemplate:LaunchTemplate")) {
      expect(metadataOptions).toMatchObject({ httpTokens: "required", httpPutResponseHopLimit: 1 });
      expect(blockDeviceMappings[0].ebs).toMatchObject({
        encrypted: "true",
        volumeType: "gp3",
        kmsKeyId: encrypted,
      });
    }
  });
});

describe("I10: prod is 5+ × (8 CPU, 16 GB), a primary and 3 replicas of 8/32", () => {
  test("nodes", () => {
    const [base] = onDemand();
    expect(base?.scalingConfig.minSize).toBeGreaterThanOrEqual(5);
    expect(machineOf(base)).toEqual({ cpu: 8, memory: 16 });
  });

  test("database", () => {
    const instances = all("aws:rds/clusterInstance:ClusterInstance");
    expect(instances).toHaveLength(4);
    for (const { instanceClass } of instances) {
      const { cpu, memory } = databaseClasses[instanceClass as keyof typeof databaseClasses];
      expect(cpu).toBeGreaterThanOrEqual(8);
      expect(memory).toBeGreaterThanOrEqual(32);
    }
  });
});

describe("I12: scaling limits", () => {
  test("nodes stay within 2–8 CPU, 4–16 GB and 20–100 GB of disk", () => {
    const { cpu, memory, storage } = scaling.node;
    for (const machine of onDemand().map(machineOf)) {
      expect(machine.cpu).toBeGreaterThanOrEqual(cpu.min.value);
      expect(machine.cpu).toBeLessThanOrEqual(cpu.max.value);
      expect(machine.memory).toBeGreaterThanOrEqual(memory.min.value);
      expect(machine.memory).toBeLessThanOrEqual(memory.max.value);
    }
    const disks = all("aws:ec2/launchTemplate:LaunchTemplate").filter(({ name }) => /nodes/.test(name));
    for (const { blockDeviceMappings } of disks) {
      expect(blockDeviceMappings[0].ebs.volumeSize).toBeGreaterThanOrEqual(storage.min.value);
      expect(blockDeviceMappings[0].ebs.volumeSize).toBeLessThanOrEqual(storage.max.value);
    }
  });

  test("the cache is sharded, and replicas and nodes have an upper bound", () => {
    expect(only("aws:elasticache/replicationGroup:ReplicationGroup").numNodeGroups).toBeGreaterThan(1);
    for (const { scalingConfig } of all("aws:eks/nodeGroup:NodeGroup")) {
      expect(scalingConfig.maxSize).toBeGreaterThan(scalingConfig.minSize);
    }
    for (const { minCapacity, maxCapacity } of all("aws:appautoscaling/target:Target")) {
      expect(maxCapacity).toBeGreaterThan(minCapacity);
    }
  });
});
