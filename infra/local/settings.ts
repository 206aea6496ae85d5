/** Settings of stack `local`: the platform as processes on this machine. */
import { homedir } from "node:os";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { resources } from "../../objectives.ts";
import type { Mistake } from "../../validate.ts";
import { type DeepReadonly, databaseFields, object, redisFields, withDefault } from "../schema.ts";
import { sizing } from "../sizing.ts";

const port = (value: number) => Type.Integer({ minimum: 1024, maximum: 32_767, default: value });

export const localSchema = object({
  environment: Type.Literal("local"),
  instances: Type.Integer({ minimum: 1, maximum: 9, default: sizing.local.instances.min }),
  redis: withDefault(redisFields(sizing.local, 3)),
  database: withDefault(databaseFields(sizing.local)),
  cacheMemory: Type.Integer({ minimum: 16, maximum: resources.instanceMemory.value / 2, default: 64 }),
  businesses: Type.Integer({ minimum: 1000, maximum: 10_000_000, default: 100_000 }),
  /** Instances, Redis nodes and PostgreSQL servers listen on consecutive ports from the one given. */
  ports: withDefault({
    edge: port(8080),
    edgeMetrics: port(8404),
    prometheus: port(9090),
    api: port(8081),
    redis: Type.Integer({ minimum: 1024, maximum: 22_000, default: 7001 }),
    postgres: port(15_432),
  }),
  dataFolder: Type.String({
    title: "an absolute path of at most 68 characters (sockets below it may have 103)",
    pattern: "^/[^\\n]{1,67}$",
    default: defaultDataFolder(),
  }),
});

export type LocalSettings = DeepReadonly<Static<typeof localSchema>>;

/** Ports of a group of servers: `count` consecutive ones from `first`. */
export function consecutive(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Redis nodes of a cluster, primaries and replicas. */
export function redisNodeCount({ redis }: Pick<LocalSettings, "redis">): number {
  return redis.shards * (1 + redis.replicasPerShard);
}

/** A rule: no port is used twice. */
export function portsAreDistinct(settings: LocalSettings): Mistake[] {
  const { ports, instances, database } = settings;
  const redis = consecutive(ports.redis, redisNodeCount(settings));
  const groups: Record<string, number[]> = {
    "ports.edge": [ports.edge],
    "ports.edgeMetrics": [ports.edgeMetrics],
    "ports.prometheus": [ports.prometheus],
    "ports.api": consecutive(ports.api, instances),
    // A Redis node's cluster bus listens on its port + 10000.
    "ports.redis": [...redis, ...redis.map((nodePort) => nodePort + 10_000)],
    "ports.postgres": consecutive(ports.postgres, 1 + database.replicas),
  };
  const owner = new Map<number, string>();
  const mistakes: Mistake[] = [];
  for (const [path, group] of Object.entries(groups)) {
    const clash = group.find((each) => owner.has(each));
    if (clash !== undefined) {
      mistakes.push({ path, found: `${clash}`, allowed: `ports that ${owner.get(clash)} does not use` });
    }
    for (const each of group) owner.set(each, path);
  }
  return mistakes;
}

/** Root's home is closed to the user that PostgreSQL runs as, so root's data lives elsewhere. */
function defaultDataFolder(): string {
  if (process.getuid?.() === 0) return "/var/lib/keelson";
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "keelson");
}
