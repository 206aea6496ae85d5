/** Redis Cluster on ElastiCache: shards with replicas, closed by TLS and a user for each use. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { resources, scaling } from "../../objectives.ts";
import { alarm } from "./alarm.ts";
import { letIn, securityGroup } from "./firewall.ts";
import type { CacheNodeType } from "./machines.ts";
import { checkRedis } from "./redis-check.ts";
import { type GeneratedSecret, generatedSecret } from "./secret.ts";
import { type Transform, transformed } from "./transform.ts";

export interface RedisArgs {
  /** A running cluster can go from Redis to Valkey, not back. */
  readonly engine: "valkey" | "redis";
  /** Major and minor, such as `8.1`. A running cluster cannot go back to an older one. */
  readonly engineVersion: string;
  readonly nodeType: CacheNodeType;
  /** Parts that the keys are spread over, 1 to 500. */
  readonly shards: number;
  /** Copies of each shard, 0 to 5. With none a lost node loses its keys, and all is in one zone. */
  readonly replicasPerShard: number;
  /** Replicas that a shard may grow to by its replicas' CPU; none are added when absent. */
  readonly maxReplicasPerShard?: number;
  readonly vpcId: pulumi.Input<string>;
  /** In at least two zones. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Security groups that may connect, by a name for each. */
  readonly clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARNs of the KMS keys for nodes and snapshots, for passwords, and for logs. */
  readonly keys: Readonly<Record<"cache" | "secrets" | "logs", pulumi.Input<string>>>;
  /** Days that a daily snapshot is kept, 0 (no snapshots) to 35. */
  readonly snapshotRetentionDays: number;
  /** Days that logs are kept, of those that CloudWatch offers. */
  readonly logRetentionDays: number;
  /** Whether the cluster and its passwords are protected from deletion. */
  readonly protect: boolean;
  /** ARN of the SNS topic that alarms are told to. */
  readonly topicArn: pulumi.Input<string>;
  readonly transform?: {
    readonly replicationGroup?: Transform<aws.elasticache.ReplicationGroupArgs>;
    readonly parameterGroup?: Transform<aws.elasticache.ParameterGroupArgs>;
    readonly subnetGroup?: Transform<aws.elasticache.SubnetGroupArgs>;
    readonly securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** Who connects: the workload, the exporter of metrics, and a person in an emergency. */
export type RedisUser = keyof typeof plans;

interface UserPlan {
  /** Ends the user's id, of which AWS takes 40 characters and the component's name may have 32. */
  readonly id: string;
  /** What it may do, with its rules in the order ElastiCache gives them back. */
  readonly access: string;
}

/**
 * The application has what a cache with invalidation by pub/sub, streams and short scripts needs: nothing that
 * stops, empties or searches a node. Metrics read a node's state and no key.
 */
const plans = {
  application: {
    id: "app",
    access:
      "on ~* &* -@all +@read +@write +@connection +@pubsub +@transaction -@scripting -@dangerous" +
      " +eval +evalsha +script|load +cluster|info +cluster|slots +cluster|shards +cluster|nodes",
  },
  metrics: {
    id: "metrics",
    access:
      "on -@all +ping +client|setname +info +slowlog|get +slowlog|len +latency|latest +latency|history" +
      " +latency|histogram +cluster|info +cluster|slots +cluster|shards +cluster|nodes",
  },
  admin: { id: "admin", access: "on ~* &* +@all" },
} satisfies Record<string, UserPlan>;

/** Who a client is before it says its name: nobody. ElastiCache demands this user. */
const defaultPlan: UserPlan = { id: "default", access: "off -@all" };

/** Users of this engine serve clusters of both, so that a change of the engine leaves them as they are. */
const userEngine = "redis";

function byUser<T>(make: (user: RedisUser) => T): Record<RedisUser, T> {
  return { application: make("application"), metrics: make("metrics"), admin: make("admin") };
}

export class Redis extends pulumi.ComponentResource {
  /** Host of the configuration endpoint; a cluster client finds all nodes from it. TLS only. */
  readonly endpoint: pulumi.Output<string>;
  readonly port = 6379;
  /** Secrets with the JSON `{ username, password }`. */
  readonly users: Readonly<Record<RedisUser, { readonly secretArn: pulumi.Output<string> }>>;
  readonly replicationGroupId: pulumi.Output<string>;
  readonly replicationGroupArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;

  readonly #name: string;
  readonly #args: RedisArgs;

  /** @throws InvalidInput when ElastiCache would refuse the arguments or the name */
  constructor(name: string, args: RedisArgs, options: pulumi.ComponentResourceOptions) {
    checkRedis(name, args);
    super("keelson:cloud:Redis", name, {}, options);
    this.#name = name;
    this.#args = args;
    this.securityGroupId = this.#securityGroup();
    const secrets = byUser((user) => this.#secret(user));
    const group = this.#replicationGroup({
      securityGroupIds: [this.securityGroupId],
      subnetGroupName: this.#subnetGroup().name,
      parameterGroupName: this.#parameterGroup().name,
      userGroupIds: [this.#userGroup(secrets).userGroupId],
      logDeliveryConfigurations: [this.#log("slow-log"), this.#log("engine-log")],
    });
    this.#replicaScaling(group.replicationGroupId);
    this.#alarms(group.replicationGroupId);

    this.endpoint = group.configurationEndpointAddress;
    this.users = byUser((user) => ({ secretArn: secrets[user].arn }));
    this.replicationGroupId = group.replicationGroupId;
    this.replicationGroupArn = group.arn;
    this.registerOutputs();
  }

  /** Lets in who is named, by group; nodes open no connections, so nothing is let out. */
  #securityGroup(): pulumi.Output<string> {
    const { vpcId, clients, transform } = this.#args;
    const description = `Nodes of ${this.#name}`;
    const args = { description, vpcId, transform: transform?.securityGroup };
    const group = securityGroup(this.#name, args, { parent: this });
    for (const [client, peer] of Object.entries(clients)) {
      const passage = { of: group, peer, port: this.port, description: `Redis from ${client}` };
      letIn(`${this.#name}-from-${client}`, passage, { parent: this });
    }
    return group;
  }

  #subnetGroup(): aws.elasticache.SubnetGroup {
    const { subnetIds, transform } = this.#args;
    const args: aws.elasticache.SubnetGroupArgs = {
      description: `Subnets of ${this.#name}`,
      subnetIds: [...subnetIds],
    };
    return new aws.elasticache.SubnetGroup(this.#name, transformed(args, transform?.subnetGroup), {
      parent: this,
    });
  }

  #parameterGroup(): aws.elasticache.ParameterGroup {
    const { engine, engineVersion, transform } = this.#args;
    const args: aws.elasticache.ParameterGroupArgs = {
      description: `Parameters of ${this.#name}`,
      family: `${engine}${engineVersion.split(".")[0]}`,
      parameters: [
        { name: "cluster-enabled", value: "yes" },
        { name: "maxmemory-policy", value: "allkeys-lfu" },
        // For the percentiles by command that the metrics user reads.
        { name: "latency-tracking", value: "yes" },
      ],
    };
    return new aws.elasticache.ParameterGroup(this.#name, transformed(args, transform?.parameterGroup), {
      parent: this,
    });
  }

  #secret(user: RedisUser): GeneratedSecret {
    const { keys, protect } = this.#args;
    const description = `Redis user ${user} of ${this.#name}`;
    return generatedSecret(
      `${this.#name}-${user}`,
      { description, kmsKeyArn: keys.secrets, username: user, protect },
      { parent: this },
    );
  }

  #userGroup(secrets: Readonly<Record<RedisUser, GeneratedSecret>>): aws.elasticache.UserGroup {
    const name = `${this.#name}-default`;
    const unused = new random.RandomPassword(name, { length: 48, special: false }, { parent: this });
    const users = [
      this.#user("default", defaultPlan, unused.result),
      ...Object.values(byUser((user) => this.#user(user, plans[user], secrets[user].password))),
    ];
    return new aws.elasticache.UserGroup(
      this.#name,
      { userGroupId: this.#name, engine: userEngine, userIds: users.map(({ userId }) => userId) },
      { parent: this },
    );
  }

  #user(userName: string, { id, access }: UserPlan, password: pulumi.Output<string>): aws.elasticache.User {
    return new aws.elasticache.User(
      `${this.#name}-${userName}`,
      {
        userId: `${this.#name}-${id}`,
        userName,
        engine: userEngine,
        accessString: access,
        authenticationMode: { type: "password", passwords: [password] },
      },
      { parent: this },
    );
  }

  #log(logType: "slow-log" | "engine-log") {
    const { keys, logRetentionDays } = this.#args;
    const group = new aws.cloudwatch.LogGroup(
      `${this.#name}-${logType}`,
      { kmsKeyId: keys.logs, retentionInDays: logRetentionDays },
      { parent: this },
    );
    return { logType, logFormat: "json", destinationType: "cloudwatch-logs", destination: group.name };
  }

  #replicationGroup(parts: Partial<aws.elasticache.ReplicationGroupArgs>): aws.elasticache.ReplicationGroup {
    const { engine, engineVersion, nodeType, shards, replicasPerShard, keys, transform } = this.#args;
    const args: aws.elasticache.ReplicationGroupArgs = {
      ...parts,
      description: `Cache of ${this.#name}`,
      engine,
      engineVersion,
      nodeType,
      port: this.port,
      clusterMode: "enabled",
      numNodeGroups: shards,
      replicasPerNodeGroup: replicasPerShard,
      // Cluster mode demands it, even without a replica to fail over to.
      automaticFailoverEnabled: true,
      multiAzEnabled: replicasPerShard > 0,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      kmsKeyId: keys.cache,
      snapshotRetentionLimit: this.#args.snapshotRetentionDays,
      snapshotWindow: "03:00-04:00",
      maintenanceWindow: "sun:05:00-sun:06:00",
      // A version that AWS raised would make the next update a downgrade, for which the provider replaces
      // the cluster. Patches come all the same.
      autoMinorVersionUpgrade: false,
      // What waited for the maintenance window would be shown as a change by every preview until then.
      applyImmediately: true,
    };
    return new aws.elasticache.ReplicationGroup(this.#name, transformed(args, transform?.replicationGroup), {
      parent: this,
      protect: this.#args.protect,
      ...(this.#args.maxReplicasPerShard !== undefined && { ignoreChanges: ["replicasPerNodeGroup"] }),
    });
  }

  #replicaScaling(groupId: pulumi.Output<string>): void {
    const { replicasPerShard, maxReplicasPerShard } = this.#args;
    if (maxReplicasPerShard === undefined) return;
    const target = new aws.appautoscaling.Target(
      `${this.#name}-replicas`,
      {
        serviceNamespace: "elasticache",
        resourceId: pulumi.interpolate`replication-group/${groupId}`,
        scalableDimension: "elasticache:replication-group:Replicas",
        minCapacity: replicasPerShard,
        maxCapacity: maxReplicasPerShard,
      },
      { parent: this },
    );
    const { serviceNamespace, resourceId, scalableDimension } = target;
    new aws.appautoscaling.Policy(
      `${this.#name}-replicas`,
      {
        serviceNamespace,
        resourceId,
        scalableDimension,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ElastiCacheReplicaEngineCPUUtilization" },
          targetValue: scaling.target.cpu.value,
        },
      },
      { parent: this },
    );
  }

  /** ElastiCache has metrics by node only; a node that does not exist (yet) has no data and raises no alarm. */
  #alarms(groupId: pulumi.Output<string>): void {
    const { shards, replicasPerShard, maxReplicasPerShard = replicasPerShard } = this.#args;
    for (const shard of numbers(shards, 4)) {
      for (const node of numbers(1 + maxReplicasPerShard, 3)) {
        this.#alarm(groupId, `${shard}-${node}`, busy);
        if (maxReplicasPerShard > 0) this.#alarm(groupId, `${shard}-${node}`, lagging);
      }
      // Replicas hold what their primary holds: one node speaks for its shard.
      this.#alarm(groupId, `${shard}-001`, full);
    }
  }

  #alarm(groupId: pulumi.Output<string>, node: string, kind: NodeAlarm): void {
    alarm(
      `${this.#name}-${node}-${kind.name}`,
      {
        description: `${kind.description} Node ${node} of ${this.#name}.`,
        namespace: "AWS/ElastiCache",
        metric: kind.metric,
        dimensions: { CacheClusterId: pulumi.interpolate`${groupId}-${node}` },
        statistic: "Average",
        when: "above",
        threshold: kind.threshold,
        topicArn: this.#args.topicArn,
      },
      { parent: this },
    );
  }
}

interface NodeAlarm {
  readonly name: string;
  readonly metric: string;
  readonly threshold: number;
  /** What it means and what to do about it. */
  readonly description: string;
}

const busy: NodeAlarm = {
  name: "cpu",
  metric: "EngineCPUUtilization",
  threshold: resources.cpu.peak.value,
  description:
    "Commands queue for the engine's one thread. Look for slow commands in the slow log, then add shards.",
};

const full: NodeAlarm = {
  name: "memory",
  metric: "DatabaseMemoryUsageCountedForEvictPercentage",
  threshold: resources.memory.peak.value,
  description:
    "The shard is full and evicts what is used least. If the hit ratio falls, add shards or take larger nodes.",
};

const lagging: NodeAlarm = {
  name: "lag",
  metric: "ReplicationLag",
  // Seconds; ours. In a failover the writes of this time are lost, and invalidations among them.
  threshold: 5,
  description:
    "The replica is behind its primary. Look at the primary's writes and network, and at the replica's CPU.",
};

/** `count` numbers from 1 on, as ElastiCache writes them: `0001`, `0002`. */
function numbers(count: number, digits: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index + 1}`.padStart(digits, "0"));
}
