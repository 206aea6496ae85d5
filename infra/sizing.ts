/**
 * The one table of sizes: what each environment starts with. Settings may override an entry by its name.
 * Source of the node and database figures: requirement I10, as its least values. The others are ours.
 */
import { scaling } from "../objectives.ts";

export type CloudEnvironment = "dev" | "staging" | "prod";
export type Environment = "local" | CloudEnvironment;

/** A machine. */
export interface MachineSize {
  readonly cpu: number;
  /** GB */
  readonly memory: number;
}

export interface Size {
  /** API instances: processes on one machine, pods in the cloud. */
  readonly instances: { readonly min: number; readonly max: number };
  /** Read replicas beside the primary, all of one size. */
  readonly database: { readonly replicas: number };
  readonly redis: { readonly shards: number; readonly replicasPerShard: number };
}

/** What an environment in the cloud has beside it. */
export interface CloudSize extends Size {
  /** Nodes of the on-demand node group: at first, and at most. */
  readonly nodes: { readonly count: number; readonly max: number; readonly size: MachineSize };
  /** Nodes of the spot node group, for what may be interrupted, at most. */
  readonly spotNodes: { readonly max: number };
  readonly database: Size["database"] & {
    readonly size: MachineSize;
    /** Read replicas at most, those that autoscaling adds included; equal to `replicas` means that it adds none. */
    readonly maxReplicas: number;
    /** Days back to which the database can be restored. */
    readonly backupDays: number;
  };
  readonly redis: Size["redis"] & {
    /** Of one node. */
    readonly size: MachineSize;
    /** Replicas a shard at most, those that autoscaling adds included. */
    readonly maxReplicasPerShard: number;
    readonly snapshotDays: number;
  };
  /** One for all zones, or one in each, so that a lost zone takes no other's way out. */
  readonly natGateways: "one" | "one-per-zone";
  /** Days that logs are kept. */
  readonly logDays: number;
  /** Whether stateful resources are protected from deletion. */
  readonly protect: boolean;
  /** US dollars a month above which the budget warns. */
  readonly monthlyBudget: number;
}

const { min, max } = scaling.instances;

export const sizing: Readonly<{ local: Size } & Record<CloudEnvironment, CloudSize>> = {
  local: {
    instances: { min: min.value, max: min.value },
    database: { replicas: 2 },
    redis: { shards: 3, replicasPerShard: 1 },
  },
  dev: {
    instances: { min: 2, max: 10 },
    nodes: { count: 2, max: 8, size: { cpu: 2, memory: 4 } },
    spotNodes: { max: 2 },
    database: { replicas: 0, maxReplicas: 0, size: { cpu: 2, memory: 8 }, backupDays: 1 },
    redis: {
      shards: 1,
      replicasPerShard: 1,
      maxReplicasPerShard: 1,
      size: { cpu: 2, memory: 1 },
      snapshotDays: 1,
    },
    natGateways: "one",
    logDays: 14,
    protect: false,
    monthlyBudget: 1000,
  },
  staging: {
    instances: { min: min.value, max: max.value },
    nodes: { count: 3, max: 20, size: { cpu: 4, memory: 8 } },
    spotNodes: { max: 4 },
    database: { replicas: 1, maxReplicas: 2, size: { cpu: 4, memory: 16 }, backupDays: 7 },
    redis: {
      shards: 2,
      replicasPerShard: 1,
      maxReplicasPerShard: 2,
      size: { cpu: 2, memory: 6 },
      snapshotDays: 3,
    },
    natGateways: "one-per-zone",
    logDays: 30,
    protect: true,
    monthlyBudget: 4000,
  },
  prod: {
    instances: { min: min.value, max: max.value },
    nodes: { count: 5, max: 15, size: { cpu: 8, memory: 16 } },
    spotNodes: { max: 10 },
    database: { replicas: 3, maxReplicas: 6, size: { cpu: 8, memory: 32 }, backupDays: 35 },
    redis: {
      shards: 3,
      replicasPerShard: 2,
      maxReplicasPerShard: 4,
      size: { cpu: 2, memory: 13 },
      snapshotDays: 7,
    },
    natGateways: "one-per-zone",
    logDays: 90,
    protect: true,
    monthlyBudget: 15_000,
  },
};
