/** RDS Proxy: keeps connections to a database cluster and lends them to its clients. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { latency, resources } from "../../objectives.ts";
import { alarm } from "./alarm.ts";
import { letIn, letOut, securityGroup } from "./firewall.ts";
import { role, trustService } from "./iam.ts";
import { type Transform, transformed } from "./transform.ts";
import { uniqueName } from "./unique-name.ts";

export interface DatabaseProxyArgs {
  region: string;
  vpcId: pulumi.Input<string>;
  /** In two availability zones at least. */
  subnetIds: pulumi.Input<string>[];
  /** Security groups that may connect, by their name. */
  clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** The cluster behind it. */
  clusterIdentifier: pulumi.Input<string>;
  /** The cluster's security group. */
  databaseSecurityGroupId: pulumi.Input<string>;
  /** The cluster's TCP port, and the proxy's. */
  port: number;
  /** Secrets of the database roles that may log in by it, by the role. */
  secrets: Readonly<Record<string, { secretArn: pulumi.Input<string> }>>;
  keys: Readonly<Record<"secrets" | "logs", pulumi.Input<string>>>;
  /** Share of an instance's connections that it may open, in percent. */
  connectionsPercent: number;
  /** Whether the cluster has a reader, and the proxy so an endpoint for reading. */
  hasReaders: boolean;
  /** What has to be there before the cluster can be a target: its instances and the secrets' values. */
  ready: pulumi.Input<pulumi.Resource>[];
  logRetentionDays: number;
  /** Where alarms are told. */
  topicArn: pulumi.Input<string>;
  transform?: {
    proxy?: Transform<aws.rds.ProxyArgs>;
    targetGroup?: Transform<aws.rds.ProxyDefaultTargetGroupArgs>;
    readerEndpoint?: Transform<aws.rds.ProxyEndpointArgs>;
  };
}

/** Microseconds that a client may wait for a connection on average; a query that took as long would be slow. */
const borrowLatency = resources.slowQuery.value * 1000;

/**
 * Clients log in with the password of a role's secret, over TLS, and not with IAM tokens: they then connect
 * here as they do on a laptop, and are not bound by the rate at which IAM admits new connections when many
 * instances start together. The proxy asks for SCRAM, which sends no password.
 *
 * It checks the instances behind it, drops those that fail, and holds clients' requests through a failover.
 */
export class DatabaseProxy extends pulumi.ComponentResource {
  /** Host name for reading and writing. */
  readonly endpoint: pulumi.Output<string>;
  /** Host name for reading alone, at the readers; absent where there is none. */
  readonly readerEndpoint?: pulumi.Output<string>;
  /** To be let in by the database. */
  readonly securityGroupId: pulumi.Output<string>;

  readonly #name: string;
  readonly #args: DatabaseProxyArgs;

  constructor(name: string, args: DatabaseProxyArgs, options: pulumi.ComponentResourceOptions) {
    super("keelson:cloud:DatabaseProxy", name, {}, options);
    this.#name = name;
    this.#args = args;
    this.securityGroupId = this.#securityGroup();
    const proxy = this.#proxy();
    const target = this.#target(proxy);
    this.endpoint = proxy.endpoint;
    if (args.hasReaders) this.readerEndpoint = this.#readerEndpoint(proxy, target);
    this.#alarm(proxy);
    this.registerOutputs();
  }

  #securityGroup(): pulumi.Output<string> {
    const { vpcId, clients, databaseSecurityGroupId, port } = this.#args;
    const description = `Proxy ${this.#name}`;
    const id = securityGroup(this.#name, { description, vpcId }, { parent: this });
    for (const [client, peer] of Object.entries(clients)) {
      const passage = { of: id, peer, port, description: `From ${client}` };
      letIn(`${this.#name}-from-${client}`, passage, { parent: this });
    }
    const toDatabase = { of: id, peer: databaseSecurityGroupId, port, description: "To the database" };
    letOut(`${this.#name}-to-database`, toDatabase, { parent: this });
    return id;
  }

  /** May read the secrets that it logs in with, and nothing else. */
  #role() {
    const { region, secrets, keys } = this.#args;
    return role(
      this.#name,
      {
        description: `Lets proxy ${this.#name} read the secrets it logs in with`,
        trust: trustService("rds.amazonaws.com"),
        statements: [
          {
            Action: "secretsmanager:GetSecretValue",
            Resource: Object.values(secrets).map(({ secretArn }) => secretArn),
          },
          {
            Action: "kms:Decrypt",
            Resource: keys.secrets,
            Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
          },
        ],
      },
      { parent: this },
    );
  }

  /** The log group is there first: the proxy would make one that is neither encrypted nor ever emptied. */
  #proxy(): aws.rds.Proxy {
    const { subnetIds, secrets, keys, logRetentionDays, transform } = this.#args;
    const subnets = pulumi.all(subnetIds).apply((ids) => ids.join());
    const proxyName = uniqueName(this.#name, { subnets }, { parent: this });
    const logs = new aws.cloudwatch.LogGroup(
      this.#name,
      {
        name: pulumi.interpolate`/aws/rds/proxy/${proxyName}`,
        kmsKeyId: keys.logs,
        retentionInDays: logRetentionDays,
      },
      { parent: this },
    );
    const { arn: roleArn, policies } = this.#role();
    const args: aws.rds.ProxyArgs = {
      name: proxyName,
      engineFamily: "POSTGRESQL",
      requireTls: true,
      roleArn,
      auths: Object.values(secrets).map(({ secretArn }) => ({
        authScheme: "SECRETS",
        clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
        iamAuth: "DISABLED",
        secretArn,
      })),
      // Clients retire a connection at this age, before the proxy would end it under them.
      idleClientTimeout: resources.databasePool.recycle.value,
      vpcSubnetIds: subnetIds,
      vpcSecurityGroupIds: [this.securityGroupId],
    };
    return new aws.rds.Proxy(this.#name, transformed(args, transform?.proxy), {
      parent: this,
      dependsOn: [logs, ...policies],
    });
  }

  #target(proxy: aws.rds.Proxy): pulumi.Resource {
    const { clusterIdentifier, ready } = this.#args;
    const group = this.#targetGroup(proxy);
    return new aws.rds.ProxyTarget(
      this.#name,
      { dbProxyName: proxy.name, targetGroupName: group.name, dbClusterIdentifier: clusterIdentifier },
      { parent: this, dependsOn: ready },
    );
  }

  #targetGroup(proxy: aws.rds.Proxy): aws.rds.ProxyDefaultTargetGroup {
    const { connectionsPercent, transform } = this.#args;
    const { size, overflow } = resources.databasePool;
    const steady = size.value / (size.value + overflow.value);
    const args: aws.rds.ProxyDefaultTargetGroupArgs = {
      dbProxyName: proxy.name,
      connectionPoolConfig: {
        maxConnectionsPercent: connectionsPercent,
        // What the clients' pools hold without overflow stays open.
        maxIdleConnectionsPercent: Math.floor(connectionsPercent * steady),
        // In seconds. No answer is promised that takes longer.
        connectionBorrowTimeout: latency.search.max.value / 1000,
      },
    };
    return new aws.rds.ProxyDefaultTargetGroup(this.#name, transformed(args, transform?.targetGroup), {
      parent: this,
    });
  }

  #readerEndpoint(proxy: aws.rds.Proxy, target: pulumi.Resource): pulumi.Output<string> {
    const { subnetIds, transform } = this.#args;
    const args: aws.rds.ProxyEndpointArgs = {
      dbProxyName: proxy.name,
      dbProxyEndpointName: pulumi.interpolate`${proxy.name}-reader`,
      targetRole: "READ_ONLY",
      vpcSubnetIds: subnetIds,
      vpcSecurityGroupIds: [this.securityGroupId],
    };
    return new aws.rds.ProxyEndpoint(`${this.#name}-reader`, transformed(args, transform?.readerEndpoint), {
      parent: this,
      dependsOn: target,
    }).endpoint;
  }

  #alarm(proxy: aws.rds.Proxy): void {
    alarm(
      `${this.#name}-borrow-latency`,
      {
        description: `Clients of ${this.#name} wait for a database connection. Look for slow queries and pinned sessions; a larger class has more connections.`,
        namespace: "AWS/RDS",
        metric: "DatabaseConnectionsBorrowLatency",
        dimensions: { ProxyName: proxy.name },
        statistic: "Average",
        when: "above",
        threshold: borrowLatency,
        topicArn: this.#args.topicArn,
      },
      { parent: this },
    );
  }
}
