/** Stack `local`: the platform as real processes on this machine. Reads as its table of contents. */
import * as pulumi from "@pulumi/pulumi";
import { Api } from "./api.ts";
import { Edge } from "./edge.ts";
import { Postgres } from "./postgres.ts";
import { Prometheus } from "./prometheus.ts";
import { Redis } from "./redis.ts";
import { consecutive, type LocalSettings, redisNodeCount } from "./settings.ts";

export interface LocalPlatformArgs {
  settings: LocalSettings;
  /** Paths of the servers' programs. */
  programs: {
    redisServer: string;
    redisClient: string;
    /** Folder of PostgreSQL's programs. */
    postgres: string;
    haproxy: string;
    prometheus: string;
  };
  /** The user PostgreSQL runs as, where the engine is run by root. */
  postgresUser?: string;
}

export class LocalPlatform extends pulumi.ComponentResource {
  /** Where the API is reached, through the edge. */
  readonly url: string;
  readonly prometheusUrl: string;
  /** Every API instance by itself, without the edge. */
  readonly instanceUrls: string[];
  /** Secret: the variables by which the API, and the owner of its schema, connect. */
  readonly connections: pulumi.Output<Api["connections"]>;

  constructor(name: string, args: LocalPlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("keelson:local:Platform", name, {}, options);
    const { settings, programs } = args;
    const { ports } = settings;
    const folder = settings.dataFolder;
    const child = { parent: this };

    const redis = new Redis(
      "redis",
      {
        folder,
        server: programs.redisServer,
        client: programs.redisClient,
        ports: consecutive(ports.redis, redisNodeCount(settings)),
        replicasPerShard: settings.redis.replicasPerShard,
      },
      child,
    );
    const postgres = new Postgres(
      "postgres",
      {
        folder,
        binaries: programs.postgres,
        ports: [ports.postgres, ...consecutive(ports.postgres + 1, settings.database.replicas)],
        ...(args.postgresUser && { runAs: args.postgresUser }),
      },
      child,
    );
    const api = new Api(
      "api",
      {
        folder,
        ports: consecutive(ports.api, settings.instances),
        postgres,
        redis,
        cacheMemory: settings.cacheMemory,
        businesses: settings.businesses,
      },
      child,
    );
    const edge = new Edge(
      "edge",
      {
        folder,
        haproxy: programs.haproxy,
        port: ports.edge,
        metricsPort: ports.edgeMetrics,
        instances: api.instances,
      },
      { ...child, dependsOn: api },
    );
    const prometheus = new Prometheus(
      "prometheus",
      {
        folder,
        server: programs.prometheus,
        port: ports.prometheus,
        targets: { api: api.instances, edge: [edge.metrics] },
      },
      child,
    );

    this.url = edge.url;
    this.prometheusUrl = prometheus.url;
    this.instanceUrls = api.instances.map((address) => `http://${address}`);
    this.connections = pulumi.secret(api.connections);
    this.registerOutputs();
  }
}
