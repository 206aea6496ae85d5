/**
 * The one table of sizes: what each environment starts with. Settings may override an entry by its name.
 * Source of the node and database figures: requirement I10, as its least values.
 */
import { scaling } from "../objectives.ts";

export type Environment = "local" | "dev" | "staging" | "prod";

/** A machine. */
export interface MachineSize {
  readonly cpu: number;
  /** GB */
  readonly memory: number;
}

export interface Size {
  /** API instances: processes on one machine, pods in the cloud. */
  readonly instances: { readonly min: number; readonly max: number };
  /** Nodes of the on-demand node group. */
  readonly nodes: { readonly count: number; readonly size: MachineSize };
  /** Read replicas beside the primary, all of one size. */
  readonly database: { readonly replicas: number; readonly size: MachineSize };
  readonly redis: { readonly shards: number; readonly replicasPerShard: number };
}

const { min, max } = scaling.instances;
const thisMachine: MachineSize = { cpu: 2, memory: 8 };

export const sizing: Readonly<Record<Environment, Size>> = {
  local: {
    instances: { min: min.value, max: min.value },
    nodes: { count: 1, size: thisMachine },
    database: { replicas: 2, size: thisMachine },
    redis: { shards: 3, replicasPerShard: 1 },
  },
  dev: {
    instances: { min: 2, max: 10 },
    nodes: { count: 2, size: { cpu: 2, memory: 4 } },
    database: { replicas: 0, size: { cpu: 2, memory: 8 } },
    redis: { shards: 1, replicasPerShard: 1 },
  },
  staging: {
    instances: { min: min.value, max: max.value },
    nodes: { count: 3, size: { cpu: 4, memory: 8 } },
    database: { replicas: 1, size: { cpu: 4, memory: 16 } },
    redis: { shards: 2, replicasPerShard: 1 },
  },
  prod: {
    instances: { min: min.value, max: max.value },
    nodes: { count: 5, size: { cpu: 8, memory: 16 } },
    database: { replicas: 3, size: { cpu: 8, memory: 32 } },
    redis: { shards: 3, replicasPerShard: 2 },
  },
};
