/** The edge: HAProxy balances over the healthy instances and caches what they allow it to. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { edge as objectives } from "../../objectives.ts";
import { Process } from "./resources.ts";

export interface EdgeArgs {
  /** Folder under which the edge has its own. */
  folder: string;
  /** Path of haproxy. */
  haproxy: string;
  port: number;
  /** Where it serves its own metrics. */
  metricsPort: number;
  /** Addresses of the API instances, `host:port`. */
  instances: string[];
}

export class Edge extends pulumi.ComponentResource {
  readonly url: string;
  /** Where Prometheus finds its metrics, `host:port`. */
  readonly metrics: string;

  constructor(name: string, args: EdgeArgs, options: pulumi.ComponentResourceOptions) {
    super("keelson:local:Edge", name, {}, options);
    this.url = `http://127.0.0.1:${args.port}`;
    this.metrics = `127.0.0.1:${args.metricsPort}`;
    const folder = join(args.folder, name);
    new Process(
      name,
      {
        folder,
        command: [args.haproxy, "-W", "-db", "-f", "haproxy.cfg"],
        files: { "haproxy.cfg": configuration(args) },
        ports: { "keelson:ports.edge": [args.port], "keelson:ports.edgeMetrics": [args.metricsPort] },
        ready: { url: `${this.url}/health/live` },
        // The master starts new workers and lets the old ones finish: no request is lost.
        reloadSignal: "SIGUSR2",
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** What the edge holds cannot be purged, so it is held for seconds only. */
const cacheSeconds = 5;

/**
 * How often health is asked for, in milliseconds. Two answers missing mark an instance as down: the checks
 * that fail come one interval (then a fast one) apart, each cut off so that the sum stays within the promise.
 */
const check = { interval: 250, fastInterval: 100, failures: 2 };
const checkTimeout = Math.floor(
  (objectives.failureDetection.value - check.interval - check.fastInterval) / check.failures,
);

/** @internal for its test */
export function configuration({
  port,
  metricsPort,
  instances,
}: Pick<EdgeArgs, "port" | "metricsPort" | "instances">): string {
  const servers = instances.map((address, index) => `  server api-${index + 1} ${address}`);
  return `global
  stats socket unix@admin.sock mode 600 level admin expose-fd listeners
  # An old worker that still has clients after a reload ends then.
  hard-stop-after 30s

defaults
  mode http
  timeout connect 500ms
  timeout client 30s
  timeout http-request 5s
  timeout http-keep-alive 30s
  timeout queue 1s
  # A frozen instance answers nothing: its requests are tried elsewhere after this.
  timeout server ${objectives.failureDetection.value}ms
  timeout check ${checkTimeout}ms
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response response-timeout

cache answers
  total-max-size 64
  max-object-size 200000
  max-age ${cacheSeconds}
  process-vary on

frontend edge
  bind 127.0.0.1:${port}
  # A write must not be sent twice.
  http-request disable-l7-retry unless { method GET HEAD OPTIONS }
  # Metrics are for Prometheus, which asks each instance itself.
  http-request return status 404 if { path /metrics }
  http-request cache-use answers
  http-response cache-store answers
  http-response set-header X-Cache HIT if !{ srv_id -m found }
  http-response set-header X-Cache MISS if { srv_id -m found }
  default_backend api

backend api
  balance leastconn
  option httpchk GET /health/ready
  http-check expect status 200
  default-server check inter ${check.interval}ms fastinter ${check.fastInterval}ms fall ${check.failures} rise 2 observe layer7 error-limit 10 on-error fastinter
${servers.join("\n")}

frontend metrics
  bind 127.0.0.1:${metricsPort}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404
`;
}
