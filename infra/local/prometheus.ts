/** Prometheus, scraping every API instance and the edge. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Process } from "./resources.ts";

export interface PrometheusArgs {
  /** Folder under which it has its own. */
  folder: string;
  /** Path of prometheus. */
  server: string;
  port: number;
  /** What it scrapes: addresses, `host:port`, by job. */
  targets: Record<string, string[]>;
}

export class Prometheus extends pulumi.ComponentResource {
  readonly url: string;

  constructor(name: string, args: PrometheusArgs, options: pulumi.ComponentResourceOptions) {
    super("keelson:local:Prometheus", name, {}, options);
    this.url = `http://127.0.0.1:${args.port}`;
    new Process(
      name,
      {
        folder: join(args.folder, name),
        command: [
          args.server,
          "--config.file=prometheus.yml",
          "--storage.tsdb.path=data",
          "--storage.tsdb.retention.time=30d",
          "--storage.tsdb.retention.size=2GB",
          `--web.listen-address=127.0.0.1:${args.port}`,
        ],
        files: { "prometheus.yml": configuration(args.targets) },
        ports: { "keelson:ports.prometheus": [args.port] },
        ready: { url: `${this.url}/-/ready` },
        reloadSignal: "SIGHUP",
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** JSON is YAML, and needs no quoting rules of ours. */
function configuration(targets: Record<string, string[]>): string {
  const scrape = Object.entries(targets).map(([job, addresses]) => ({
    job_name: job,
    static_configs: [{ targets: addresses }],
  }));
  return `${JSON.stringify({ global: { scrape_interval: "5s" }, scrape_configs: scrape }, null, 2)}\n`;
}
