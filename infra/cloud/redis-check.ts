/** What is refused of a cache's arguments, before anything is registered. */
import { InvalidInput, type Mistake } from "../../validate.ts";
import { retentionMistakes } from "./log-retention.ts";
import { cacheNodeTypes } from "./machines.ts";
import { checkNames } from "./names.ts";
import type { RedisArgs } from "./redis.ts";

/** Source: ElastiCache User Guide, "Supported engines and versions"; those with the ACL rules used here. */
const versions: Readonly<Record<RedisArgs["engine"], readonly string[]>> = {
  valkey: ["7.2", "8.0", "8.1", "8.2", "9.0", "9.1"],
  redis: ["7.0", "7.1"],
};

/** Nodes of one cluster. Source: ElastiCache User Guide, "Quotas": 90 by default, 500 on request. */
const maxNodes = 500;

/** @throws InvalidInput with every mistake */
export function checkRedis(name: string, args: RedisArgs): void {
  const subject = `Redis "${name}"`;
  checkNames(subject, [["replicationGroup", name]]);
  const mistakes = [...redisMistakes(args), ...placeMistakes(args)];
  if (mistakes.length > 0) throw new InvalidInput(subject, mistakes);
}

/** What the settings decide of a cache. */
export type RedisSize = Pick<
  RedisArgs,
  | "engine"
  | "engineVersion"
  | "nodeType"
  | "shards"
  | "replicasPerShard"
  | "maxReplicasPerShard"
  | "snapshotRetentionDays"
>;

/** Every mistake in what the settings decide. */
export function redisMistakes(size: RedisSize): Mistake[] {
  return [...fieldMistakes(size), ...scalingMistakes(size)];
}

function placeMistakes({ subnetIds, logRetentionDays }: RedisArgs): Mistake[] {
  return [
    ...(subnetIds.length < 2
      ? [{ path: "subnetIds", found: `${subnetIds.length}`, allowed: "at least 2, in different zones" }]
      : []),
    ...retentionMistakes(logRetentionDays),
  ];
}

function fieldMistakes(args: RedisSize): Mistake[] {
  const { engine, engineVersion, nodeType, shards, replicasPerShard, maxReplicasPerShard } = args;
  const nodes = shards * (1 + (maxReplicasPerShard ?? replicasPerShard));
  const engines = Object.keys(versions);
  const nodeTypes = Object.keys(cacheNodeTypes);
  return [
    ...(engines.includes(engine)
      ? oneOf("engineVersion", engineVersion, versions[engine], ` with engine ${engine}`)
      : oneOf("engine", engine, engines)),
    ...oneOf("nodeType", nodeType, nodeTypes),
    ...within("shards", shards, 1, 500),
    ...within("replicasPerShard", replicasPerShard, 0, 5),
    ...(nodes > maxNodes
      ? [{ path: "shards", found: `${nodes} nodes`, allowed: `at most ${maxNodes} nodes, replicas counted` }]
      : []),
    ...within("snapshotRetentionDays", args.snapshotRetentionDays, 0, 35),
  ];
}

/** Source: ElastiCache User Guide, "Auto Scaling Valkey and Redis OSS clusters", prerequisites. */
function scalingMistakes({ nodeType, replicasPerShard, maxReplicasPerShard }: RedisSize): Mistake[] {
  if (maxReplicasPerShard === undefined) return [];
  const scales = /^cache\.(m7g|r7g)\.(large|xlarge|2xlarge)$/.test(nodeType);
  return [
    ...within("maxReplicasPerShard", maxReplicasPerShard, Math.max(1, replicasPerShard), 5),
    ...(replicasPerShard < 1
      ? [{ path: "replicasPerShard", found: "0", allowed: "at least 1 where replicas are scaled" }]
      : []),
    ...(scales
      ? []
      : [
          {
            path: "maxReplicasPerShard",
            found: `${maxReplicasPerShard} with ${nodeType}`,
            allowed: "nothing, or a node type of m7g or r7g, large to 2xlarge",
          },
        ]),
  ];
}

function within(path: string, value: number, min: number, max: number): Mistake[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [{ path, found: `${value}`, allowed: `a whole number from ${min} to ${max}` }];
}

function oneOf<T>(path: string, value: T, allowed: readonly T[], context = ""): Mistake[] {
  if (allowed.includes(value)) return [];
  return [{ path, found: `${JSON.stringify(value)}${context}`, allowed: `one of ${allowed.join(", ")}` }];
}
