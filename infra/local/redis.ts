/** Redis Cluster: primaries with their replicas, closed by a password. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Job, Password, Process } from "./resources.ts";

export interface RedisArgs {
  /** Folder under which each node has its own. */
  folder: string;
  /** Paths of the server and of the command-line client. */
  server: string;
  client: string;
  /** A port a node. */
  ports: number[];
  replicasPerShard: number;
}

export class Redis extends pulumi.ComponentResource {
  /** Address of every node, `host:port`. */
  readonly nodes: string[];
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, options: pulumi.ComponentResourceOptions) {
    super("keelson:local:Redis", name, {}, options);
    this.nodes = args.ports.map((port) => `127.0.0.1:${port}`);
    this.password = new Password(`${name}-password`, { parent: this }).value;
    const nodes = args.ports.map((port, index) => this.#node(`${name}-${index + 1}`, port, args));
    new Job(
      `${name}-cluster`,
      {
        command: [
          process.execPath,
          join(import.meta.dirname, "redis-cluster.ts"),
          args.client,
          ...this.nodes,
        ],
        environment: { REDISCLI_AUTH: this.password, REPLICAS_PER_SHARD: `${args.replicasPerShard}` },
        triggers: nodes.map((node) => node.pid),
      },
      { parent: this, dependsOn: nodes },
    );
    this.registerOutputs();
  }

  /** A node keeps the cluster's addresses in its folder, so another port means another folder. */
  #node(name: string, port: number, { folder, server, client }: RedisArgs): Process {
    return new Process(
      name,
      {
        folder: join(folder, `redis-${port}`),
        command: [server, "redis.conf"],
        files: {
          "redis.conf": pulumi.interpolate`${configuration(port)}
requirepass ${this.password}
masterauth ${this.password}
`,
        },
        ports: { "keelson:ports.redis": [port, port + 10_000] },
        ready: {
          command: [client, "-h", "127.0.0.1", "-p", `${port}`, "ping"],
          expect: "PONG",
          environment: { REDISCLI_AUTH: this.password },
        },
      },
      { parent: this },
    );
  }
}

function configuration(port: number): string {
  return `bind 127.0.0.1
port ${port}
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 2000
# A shard that is lost takes its own keys with it, not the others'.
cluster-require-full-coverage no
maxmemory 256mb
maxmemory-policy allkeys-lfu
# A cache: what it holds can be read again.
save ""
appendonly no
repl-diskless-sync-delay 0
loglevel warning`;
}
