/** From settings to the arguments of the components that they size. */
import { resources } from "../../objectives.ts";
import { sizing } from "../sizing.ts";
import type { DatabaseSize } from "./aurora-check.ts";
import { spotTypesLike } from "./machines.ts";
import type { NodeGeneration } from "./node-generation.ts";
import type { RedisSize } from "./redis-check.ts";
import type { CloudSettings } from "./settings.ts";

/** What the settings decide of the cache. */
export function redisSize({ redis, environment }: CloudSettings): RedisSize {
  const { maxReplicasPerShard, ...size } = redis;
  const grows = maxReplicasPerShard > redis.replicasPerShard;
  return {
    ...size,
    ...(grows && { maxReplicasPerShard }),
    snapshotRetentionDays: sizing[environment].redis.snapshotDays,
  };
}

/** What the settings decide of the database. */
export function databaseSize({ database, instances }: CloudSettings): DatabaseSize {
  const { replicas, maxReplicas, serverless, engineVersion, instanceClass, isGlobal } = database;
  const { size, overflow } = resources.databasePool;
  return {
    engineVersion,
    instanceClass,
    readers: replicas,
    ...(maxReplicas > replicas && { maxReaders: maxReplicas }),
    ...(serverless && { serverless }),
    ...(isGlobal && { global: { role: "primary" as const } }),
    clientConnections: instances.max * (size.value + overflow.value),
  };
}

/** What the settings decide of the node groups. */
export function nodeGenerations({ kubernetes }: CloudSettings): Record<string, NodeGeneration> {
  const generations = Object.entries(kubernetes.generations).map(([name, { spotMax, ...generation }]) => {
    const spot = { instanceTypes: spotTypesLike(generation.instanceType), max: spotMax };
    return [name, { ...generation, ...(spotMax > 0 && { spot }) }] as const;
  });
  return Object.fromEntries(generations);
}
