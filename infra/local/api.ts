/** The API service: its schema and data first, then its instances, replaced one at a time. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./content-hash.ts";
import type { DatabaseRole, Postgres } from "./postgres.ts";
import type { Redis } from "./redis.ts";
import { Job, Process } from "./resources.ts";

type Environment = Record<string, pulumi.Input<string>>;

export interface ApiArgs {
  /** Folder under which each instance has its own. */
  folder: string;
  /** A port an instance. */
  ports: number[];
  postgres: Postgres;
  redis: Redis;
  /** Memory each instance gives to its cache, in MB. */
  cacheMemory: number;
  /** How many businesses to generate and load. */
  businesses: number;
}

const root = join(import.meta.dirname, "../..");
const service = join(root, "services/api");
const shared = [join(root, "objectives.ts"), join(root, "validate.ts")];

export class Api extends pulumi.ComponentResource {
  /** Address of every instance, `host:port`. */
  readonly instances: string[];
  /** Environment variables by which an instance, and the owner of the schema, connect. */
  readonly connections: { api: Environment; owner: Environment };

  constructor(name: string, args: ApiArgs, options: pulumi.ComponentResourceOptions) {
    super("keelson:local:Api", name, {}, options);
    this.instances = args.ports.map((port) => `127.0.0.1:${port}`);
    this.connections = connections(args);
    const migrated = this.#migrate(name, args);
    const loaded = this.#load(name, args, migrated);
    this.#startInstances(name, args, loaded);
    this.registerOutputs();
  }

  #migrate(name: string, { postgres }: ApiArgs): Job {
    return new Job(
      `${name}-migration`,
      {
        command: [process.execPath, join(service, "src/migrate.ts")],
        environment: this.connections.owner,
        triggers: [contentHash([join(service, "migrations")])],
      },
      { parent: this, dependsOn: postgres },
    );
  }

  #load(name: string, { businesses }: ApiArgs, migrated: Job): Job {
    return new Job(
      `${name}-data`,
      {
        command: [process.execPath, join(service, "src/data/load.ts"), "--businesses", `${businesses}`],
        environment: this.connections.owner,
        triggers: [contentHash([join(service, "migrations"), join(service, "src/data")])],
      },
      { parent: this, dependsOn: migrated },
    );
  }

  /** Each waits for the one before it, so that a change reaches one instance at a time. */
  #startInstances(name: string, { folder, ports, redis, cacheMemory }: ApiArgs, loaded: Job): void {
    const version = contentHash([join(service, "src"), ...shared]);
    let previous: Process | undefined;
    for (const [index, port] of ports.entries()) {
      const instance = `${name}-${index + 1}`;
      previous = new Process(
        instance,
        {
          folder: join(folder, instance),
          command: [process.execPath, join(service, "src/main.ts")],
          environment: {
            ...this.connections.api,
            NODE_ENV: "production",
            // On a large machine V8 lets its young generation grow to 128 MB, a quarter of the instance's.
            NODE_OPTIONS: "--max-semi-space-size=16",
            PORT: `${port}`,
            INSTANCE: instance,
            VERSION: version,
            CACHE_MEMORY_MB: `${cacheMemory}`,
          },
          ports: { "keelson:ports.api": [port] },
          ready: { url: `http://127.0.0.1:${port}/health/ready` },
          stopSeconds: 15,
        },
        { parent: this, dependsOn: [loaded, redis, ...(previous ? [previous] : [])] },
      );
    }
  }
}

function connections({ postgres, redis }: ApiArgs): Api["connections"] {
  const database = ({ user, password }: DatabaseRole) => ({
    DATABASE_WRITER: postgres.writer,
    DATABASE_NAME: postgres.database,
    DATABASE_USER: user,
    DATABASE_PASSWORD: password,
  });
  return {
    owner: database(postgres.owner),
    api: {
      ...database(postgres.api),
      DATABASE_READERS: postgres.readers.join(","),
      REDIS_NODES: redis.nodes.join(","),
      REDIS_PASSWORD: redis.password,
    },
  };
}
