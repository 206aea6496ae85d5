/** The service's configuration, read from the environment once. */
import { Type } from "typebox";
import { validate } from "../../../validate.ts";
import { type Address, addressPattern, toAddress } from "./address.ts";
import { numberCoercion } from "./coerce.ts";

/** Everything that is set from outside. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** The name of this instance, in logs and health answers. */
  readonly instance: string;
  readonly logLevel: string;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  /** What the memory layer of the cache may hold, in MB of 10⁶ bytes. */
  readonly cacheMemoryMb: number;
  /** How long the instance serves on after it was told to stop, in seconds. */
  readonly drainSeconds: number;
}

/** A writer, its readers and the login for all of them. */
export interface DatabaseConfig {
  readonly writer: Address;
  /** Streaming replicas; without any, the writer answers reads too. */
  readonly readers: readonly Address[];
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

/** A Redis Cluster, by some of its nodes; the client finds the others. */
export interface RedisConfig {
  readonly nodes: readonly Address[];
  readonly password: string;
}

const name = (title: string) => Type.String({ minLength: 1, title });
const secret = (title: string) => Type.String({ minLength: 1, title, writeOnly: true });

const Environment = Type.Object({
  HOST: Type.String({ default: "127.0.0.1", minLength: 1, title: "an address to listen on" }),
  PORT: Type.Integer({ minimum: 1, maximum: 65_535 }),
  INSTANCE: name("a name for this instance"),
  LOG_LEVEL: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], { default: "info" }),
  DATABASE_WRITER: Type.String({ pattern: `^${addressPattern}$`, title: "host:port" }),
  DATABASE_READERS: Type.String({
    default: "",
    pattern: `^(${addressPattern}(,${addressPattern})*)?$`,
    title: "host:port, several separated by commas, or nothing",
  }),
  DATABASE_NAME: name("the name of a database"),
  DATABASE_USER: name("the name of a database user"),
  DATABASE_PASSWORD: secret("the password of the database user"),
  REDIS_NODES: Type.String({
    pattern: `^${addressPattern}(,${addressPattern})*$`,
    title: "host:port, several separated by commas",
  }),
  REDIS_PASSWORD: secret("the password of the Redis Cluster"),
  CACHE_MEMORY_MB: Type.Integer({ default: 64, minimum: 1 }),
  DRAIN_SECONDS: Type.Number({ default: 2, minimum: 0 }),
});

const withNumbers = numberCoercion(Environment);

/**
 * Reads the configuration.
 *
 * @param environment for example `process.env`
 * @throws InvalidInput naming every variable that is wrong or missing; secrets are not shown
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = validate("Environment", Environment, withNumbers(environment));
  return {
    host: set.HOST,
    port: set.PORT,
    instance: set.INSTANCE,
    logLevel: set.LOG_LEVEL,
    database: {
      writer: toAddress(set.DATABASE_WRITER),
      readers: toAddresses(set.DATABASE_READERS),
      name: set.DATABASE_NAME,
      user: set.DATABASE_USER,
      password: set.DATABASE_PASSWORD,
    },
    redis: { nodes: toAddresses(set.REDIS_NODES), password: set.REDIS_PASSWORD },
    cacheMemoryMb: set.CACHE_MEMORY_MB,
    drainSeconds: set.DRAIN_SECONDS,
  };
}

function toAddresses(list: string): Address[] {
  return list === "" ? [] : list.split(",").map(toAddress);
}
