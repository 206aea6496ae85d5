/** Edits of a stack's settings, and what exactly each is to do. */
import type { CloudEnvironment } from "../infra/sizing.ts";
import type { EditCase } from "./stack-life.ts";

/** A key of somebody's own, in place of one the platform makes. */
const ownKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const generation = { "create ec2.LaunchTemplate": 2, "create eks.NodeGroup": 2, "create autoscaling.Tag": 3 };
const ownKeyGone = { "delete kms.Alias": 1, "delete kms.Key": 1 };

/** What differs between the environments: how many there are, and whether autoscaling may add some. */
const differences = {
  dev: {
    shards: 1,
    // Alarms of a shard: two for each node it may have, one for its memory.
    alarmsOfShard: 5,
    readers: { replicas: 1, maxReplicas: 1 },
    // The first reader brings the proxy's endpoint for reading, and the alarm on its lag.
    oneMoreReader: {
      "create rds.ClusterInstance": 1,
      "create rds.ProxyEndpoint": 1,
      "create cloudwatch.MetricAlarm": 1,
    },
    instances: 1,
    // Larger instances take more connections, up to 5,000.
    connections: { "update rds.ParameterGroup": 1, "update cloudwatch.MetricAlarm": 2 },
    databaseAlarms: 4,
    cacheAlarms: 5,
    scaling: {},
    zone: {},
  },
  staging: {
    shards: 2,
    alarmsOfShard: 7,
    readers: { replicas: 2 },
    // As many as there may be at most: autoscaling has nothing left to do.
    oneMoreReader: {
      "create rds.ClusterInstance": 1,
      "delete appautoscaling.Target": 1,
      "delete appautoscaling.Policy": 1,
    },
    instances: 2,
    connections: { "update rds.ParameterGroup": 1, "update cloudwatch.MetricAlarm": 2 },
    databaseAlarms: 5,
    cacheAlarms: 14,
    scaling: { "replace appautoscaling.Target": 1, "replace appautoscaling.Policy": 1 },
    zone: {
      "create ec2.Eip": 1,
      "create ec2.NatGateway": 1,
      "delete ec2.Eip": 1,
      "delete ec2.NatGateway": 1,
      "replace rds.ProxyEndpoint": 1,
    },
  },
  prod: {
    shards: 3,
    alarmsOfShard: 11,
    readers: { replicas: 4 },
    oneMoreReader: { "create rds.ClusterInstance": 1, "update appautoscaling.Target": 1 },
    instances: 4,
    connections: { "update cloudwatch.MetricAlarm": 1 },
    databaseAlarms: 5,
    cacheAlarms: 33,
    scaling: { "replace appautoscaling.Target": 1, "replace appautoscaling.Policy": 1 },
    zone: {
      "create ec2.Eip": 1,
      "create ec2.NatGateway": 1,
      "delete ec2.Eip": 1,
      "delete ec2.NatGateway": 1,
      "replace rds.ProxyEndpoint": 1,
      // The reader of the zone that is left.
      "replace rds.ClusterInstance": 1,
    },
  },
};

export function edits(stack: CloudEnvironment): Record<string, EditCase> {
  const of = differences[stack];
  return {
    "another cache node type: in place": {
      edit: { redis: { nodeType: "cache.r7g.xlarge" } },
      expected: { "update elasticache.ReplicationGroup": 1 },
    },
    "one more shard: in place": {
      edit: { redis: { shards: of.shards + 1 } },
      expected: {
        "update elasticache.ReplicationGroup": 1,
        "create cloudwatch.MetricAlarm": of.alarmsOfShard,
      },
    },
    "one more reader": {
      edit: { database: of.readers },
      expected: of.oneMoreReader,
    },
    "another instance class: in place": {
      edit: { database: { instanceClass: "db.r7g.4xlarge" } },
      expected: { "update rds.ClusterInstance": of.instances, ...of.connections },
    },
    "another key for the database: another database": {
      edit: { keys: { database: ownKey } },
      expected: {
        "replace rds.Cluster": 1,
        "replace rds.ClusterInstance": of.instances,
        "replace rds.ProxyTarget": 1,
        "replace random.index.RandomId": 1,
        "replace cloudwatch.LogGroup": 1,
        "replace secretsmanager.SecretVersion": 3,
        "update cloudwatch.MetricAlarm": of.databaseAlarms,
        "update iam.RolePolicy": 1,
        ...of.scaling,
        ...ownKeyGone,
      },
      lost: ["aurora", "keys-database"],
    },
    "another key for the cache: another cache": {
      edit: { keys: { cache: ownKey } },
      expected: {
        "replace elasticache.ReplicationGroup": 1,
        "update cloudwatch.MetricAlarm": of.cacheAlarms,
        ...of.scaling,
        ...ownKeyGone,
      },
      lost: ["redis", "keys-cache"],
    },
    "another zone: subnet groups in place, nodes and proxy anew": {
      edit: { zones: ["a", "b", "d"] },
      expected: {
        "create ec2.Subnet": 3,
        "create ec2.RouteTable": 1,
        "create ec2.Route": 1,
        "create ec2.RouteTableAssociation": 3,
        "delete ec2.Subnet": 3,
        "delete ec2.RouteTable": 1,
        "delete ec2.Route": 1,
        "delete ec2.RouteTableAssociation": 3,
        "update ec2.VpcEndpoint": 6,
        "update elasticache.SubnetGroup": 1,
        "update rds.SubnetGroup": 1,
        "replace rds.Proxy": 1,
        "replace rds.ProxyDefaultTargetGroup": 1,
        "replace rds.ProxyTarget": 1,
        "replace random.index.RandomId": 1,
        "replace cloudwatch.LogGroup": 1,
        "update cloudwatch.MetricAlarm": 1,
        "update eks.Cluster": 1,
        "replace eks.NodeGroup": 2,
        "replace autoscaling.Tag": 3,
        "update ec2.LaunchTemplate": 2,
        "update autoscaling.Group": 1,
        "replace vpc.SecurityGroupIngressRule": 1,
        "update vpc.SecurityGroupEgressRule": 1,
        ...of.zone,
      },
    },
    "the next Kubernetes version: in place": {
      edit: { kubernetes: { version: "1.36" } },
      expected: { "update eks.Cluster": 1, "update eks.NodeGroup": 2 },
    },
    "another generation of node groups: the first stays as it is": {
      edit: { kubernetes: { generations: { blue: {}, green: {} } } },
      expected: generation,
    },
    "the first generation drained: a taint more": {
      edit: { kubernetes: { generations: { blue: { draining: true }, green: {} } } },
      expected: { ...generation, "create autoscaling.Tag": 4, "update eks.NodeGroup": 2 },
    },
    "a generation in place of the first: one added, the other removed": {
      edit: { kubernetes: { generations: { green: {} } } },
      expected: {
        ...generation,
        "delete ec2.LaunchTemplate": 2,
        "delete eks.NodeGroup": 2,
        "delete autoscaling.Tag": 3,
      },
    },
    "the database's next minor version: in place": {
      edit: { database: { engineVersion: "17.6" } },
      expected: { "update rds.Cluster": 1 },
    },
  };
}
