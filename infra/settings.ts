/** Reads a stack's configuration into one readonly `Settings`, or refuses it with every mistake at once. */
import { homedir } from "node:os";
import { join } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import { resources, scaling } from "../objectives.ts";
import { InvalidInput, type Mistake, validate } from "../validate.ts";
import { type Environment, sizing } from "./sizing.ts";

/** Keys of a stack's configuration that are ours start with this. */
const namespace = "keelson:";

const environments = Object.keys(sizing) as Environment[];

function sharedFields(environment: Environment) {
  const size = sizing[environment];
  return {
    redis: withDefault({
      shards: Type.Integer({
        minimum: environment === "local" ? 3 : 1,
        maximum: 500,
        default: size.redis.shards,
      }),
      replicasPerShard: Type.Integer({ minimum: 0, maximum: 5, default: size.redis.replicasPerShard }),
    }),
    databaseReplicas: Type.Integer({ minimum: 0, maximum: 15, default: size.database.replicas }),
  };
}

/** An object of which every field has a default, and so the whole. */
function withDefault<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object(properties, { additionalProperties: false, default: {} });
}

const port = (value: number) => Type.Integer({ minimum: 1024, maximum: 32_767, default: value });

const localSchema = Type.Object(
  {
    environment: Type.Literal("local"),
    instances: Type.Integer({ minimum: 1, maximum: 9, default: sizing.local.instances.min }),
    ...sharedFields("local"),
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
  },
  { additionalProperties: false },
);

function cloudSchema<E extends Exclude<Environment, "local">>(environment: E) {
  const { min, max } = sizing[environment].instances;
  return Type.Object(
    {
      environment: Type.Literal(environment),
      instances: withDefault({
        min: Type.Integer({
          minimum: Math.min(min, scaling.instances.min.value),
          maximum: 1000,
          default: min,
        }),
        max: Type.Integer({ minimum: 1, maximum: 1000, default: max }),
      }),
      ...sharedFields(environment),
    },
    { additionalProperties: false },
  );
}

const schemas = {
  local: localSchema,
  dev: cloudSchema("dev"),
  staging: cloudSchema("staging"),
  prod: cloudSchema("prod"),
};

type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** Stack `local`: the platform as processes on this machine. */
export type LocalSettings = DeepReadonly<Static<typeof localSchema>>;
/** A stack in AWS. */
export type CloudSettings = DeepReadonly<Static<ReturnType<typeof cloudSchema>>>;
export type Settings = LocalSettings | CloudSettings;

/**
 * @param stack the stack's name, for the error's first line
 * @param config all keys of the stack's configuration; values as YAML gave them, or as JSON text as the engine
 *   hands them over. Keys of other namespaces are left to their providers
 * @throws InvalidInput with every wrong field
 */
export function readSettings(stack: string, config: Readonly<Record<string, unknown>>): Settings {
  const own = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), parsed(value)]),
  );
  const subject = `Settings of stack "${stack}"`;
  const environment = environments.find((name) => name === own.environment);
  if (!environment) {
    const allowed = environments.map((name) => `"${name}"`).join(" or ");
    throw new InvalidInput(subject, [
      { path: "environment", found: JSON.stringify(own.environment) ?? "nothing", allowed },
    ]);
  }
  return environment === "local"
    ? validate(subject, schemas.local, own, [portsAreDistinct])
    : validate<ReturnType<typeof cloudSchema>>(subject, schemas[environment], own, [minIsBelowMax]);
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function minIsBelowMax({ instances }: CloudSettings): Mistake[] {
  if (instances.min <= instances.max) return [];
  return [
    { path: "instances.min", found: `${instances.min}`, allowed: `at most instances.max (${instances.max})` },
  ];
}

/** Ports of a group of servers: `count` consecutive ones from `first`. */
export function consecutive(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Redis nodes of a cluster, primaries and replicas. */
export function redisNodeCount({ redis }: Pick<Settings, "redis">): number {
  return redis.shards * (1 + redis.replicasPerShard);
}

function portsAreDistinct(settings: LocalSettings): Mistake[] {
  const { ports, instances, databaseReplicas } = settings;
  const redis = consecutive(ports.redis, redisNodeCount(settings));
  const groups: Record<string, number[]> = {
    "ports.edge": [ports.edge],
    "ports.edgeMetrics": [ports.edgeMetrics],
    "ports.prometheus": [ports.prometheus],
    "ports.api": consecutive(ports.api, instances),
    // A Redis node's cluster bus listens on its port + 10000.
    "ports.redis": [...redis, ...redis.map((nodePort) => nodePort + 10_000)],
    "ports.postgres": consecutive(ports.postgres, 1 + databaseReplicas),
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
