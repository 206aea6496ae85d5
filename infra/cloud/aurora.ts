/** Aurora PostgreSQL: a writer, readers in other zones, and a proxy before them. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { scaling } from "../../objectives.ts";
import { auroraAlarms } from "./aurora-alarms.ts";
import { clientShare, type ServerlessCapacity } from "./aurora-capacity.ts";
import { checkAurora } from "./aurora-check.ts";
import { masterUsername, rotatedMaster } from "./aurora-master.ts";
import { clusterParameters, instanceParameters, parameterFamily } from "./aurora-parameters.ts";
import { type Connection, type DatabaseRole, type RoleSecret, roleSecrets } from "./aurora-roles.ts";
import { DatabaseProxy, type DatabaseProxyArgs } from "./database-proxy.ts";
import { letIn, securityGroup } from "./firewall.ts";
import { role, trustService } from "./iam.ts";
import type { DatabaseClass } from "./machines.ts";
import { type Transform, transformed } from "./transform.ts";
import { uniqueName } from "./unique-name.ts";

export interface AuroraArgs {
  /**
   * PostgreSQL's version in full, such as `17.5`. A new minor version is an outage of seconds; a new major one
   * also needs `allowMajorVersionUpgrade`, to be set by `transform`.
   */
  readonly engineVersion: string;
  /** Class of every instance. */
  readonly instanceClass: DatabaseClass;
  /** Readers beside the writer, 0 to 15; in a global database 0 to 14. */
  readonly readers: number;
  /** Readers that autoscaling may add up to, in all; needs one declared. Default: it adds none. */
  readonly maxReaders?: number;
  /**
   * Instances are serverless and take what they need between these capacities; default: of the given class. A
   * least capacity of 0 lets a cluster pause, which the proxy's open connections prevent.
   */
  readonly serverless?: ServerlessCapacity;
  readonly vpcId: pulumi.Input<string>;
  /** In two availability zones at least. */
  readonly subnetIds: pulumi.Input<string>[];
  /** Availability zones that the instances are spread over, such as `us-east-1a`: the subnets' zones. */
  readonly zones: readonly string[];
  /** Security group of the VPC's interface endpoints, for the rotation in a global database. Default none. */
  readonly endpointsSecurityGroupId?: pulumi.Input<string>;
  /** Security groups that may connect, by their name. */
  readonly clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARNs of the KMS keys by what they encrypt. */
  readonly keys: Readonly<Record<"database" | "secrets" | "logs", pulumi.Input<string>>>;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** The database that is created with the cluster. */
  readonly databaseName: string;
  /** Days that the cluster can be restored to any second of, 1 to 35. */
  readonly backupRetentionDays: number;
  readonly logRetentionDays: number;
  /** Whether the cluster is protected from deletion by Pulumi and by AWS, and changed in its maintenance window only. */
  readonly protect: boolean;
  /** Whether it leaves a last snapshot, and its backups, when it is deleted or replaced nevertheless. */
  readonly leavesSnapshot: boolean;
  /** ARN of the SNS topic where alarms are told. */
  readonly topicArn: pulumi.Input<string>;
  /** Connections that the clients may open together, at their most. One instance must bear them. */
  readonly clientConnections: number;
  /** The cluster's part in a global database; default: it is in none. */
  readonly global?: Primary | Secondary;
  readonly transform?: DatabaseProxyArgs["transform"] & {
    cluster?: Transform<aws.rds.ClusterArgs>;
    /** Of each instance. */
    instance?: Transform<aws.rds.ClusterInstanceArgs>;
    clusterParameterGroup?: Transform<aws.rds.ClusterParameterGroupArgs>;
    parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
    globalCluster?: Transform<aws.rds.GlobalClusterArgs>;
  };
}

/** The region that writes. It makes the global database. */
export interface Primary {
  readonly role: "primary";
}

/** A region that reads its own copy and forwards what it writes. */
export interface Secondary {
  readonly role: "secondary";
  /** The primary's output of this name. */
  readonly globalClusterIdentifier: pulumi.Input<string>;
  /** The primary's region. */
  readonly sourceRegion: string;
  /** Passwords of the database roles, as the primary made them. */
  readonly passwords: Readonly<Record<DatabaseRole, pulumi.Input<string>>>;
}

const engine = "aurora-postgresql";
const port = 5432;
/** UTC: the night of America, and of Europe. */
const backupWindow = "03:00-04:00";
const maintenanceWindow = "sun:04:30-sun:05:30";
/** Seconds between two samples of an instance's operating system. */
const monitoringInterval = 60;
/** Days that Database Insights keeps, of no charge. */
const insightsDays = 7;
/** Seconds after a reader was added, and after one was removed: one takes minutes to start and to warm its cache. */
const cooldown = { out: 300, in: 900 };
const authority = "rds-ca-rsa2048-g1";

/**
 * **Failover**: the first instance is the writer at first. When it fails, the reader of the lowest tier takes
 * over, so tiers follow the instances' numbers; readers that autoscaling added come last.
 *
 * **Connections** of clients go through the proxy, at most as many as one instance bears (`clientConnections`).
 * Migrations connect to `writerEndpoint` directly.
 *
 * **Versions** are upgraded by changing `engineVersion` and by nothing else, so that what runs is what was tested;
 * in a global database the upgrade is the global cluster's, which upgrades every region.
 *
 * **A secondary region of a global database** has no writer. Its clients read and write at `writerEndpoint`,
 * which is the reader endpoint of its own cluster; statements that write are forwarded to the primary region. A
 * session sees what it wrote (`apg_write_forward.consistency_mode` is SESSION: the next read waits for the
 * write to come back). Not forwarded, hence errors: DDL, GRANT, COPY, LOCK, TRUNCATE, VACUUM, ANALYZE, SAVEPOINT,
 * cursors, user-defined functions, LISTEN and NOTIFY, two-phase commit, and SERIALIZABLE transactions. There is
 * no proxy in a secondary region: its endpoint for reading and writing fails there, and RDS Proxy does not
 * support SESSION. Forwarded writes take connections of the primary's instance, at most 20 % of them.
 * Source: Aurora User Guide, "Using write forwarding in an Aurora PostgreSQL global database" and "Using RDS Proxy
 * with Aurora global databases".
 */
export class Aurora extends pulumi.ComponentResource {
  readonly port = port;
  readonly databaseName: string;
  /** Host name for reading and writing; in a secondary region that of its readers, who forward writes. */
  readonly writerEndpoint: pulumi.Output<string>;
  /** Host name for reading; the writer's where there is no reader. */
  readonly readerEndpoint: pulumi.Output<string>;
  /** Host name of the proxy, for reading and writing; absent in a secondary region. */
  readonly proxyEndpoint?: pulumi.Output<string>;
  /** Host name of the proxy for reading at the readers; absent where there is no reader or no proxy. */
  readonly proxyReaderEndpoint?: pulumi.Output<string>;
  readonly clusterIdentifier: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** Such as `cluster-ABCDEFGHIJKL01234`: names the cluster in IAM policies for `rds-db:connect`. */
  readonly clusterResourceId: pulumi.Output<string>;
  /** To be given to secondary regions; known when the writer is there. Absent where the database is not global. */
  readonly globalClusterIdentifier?: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  /** Who may log in. The roles themselves are made by `aurora-roles.sql`; see `aurora-roles.ts`. */
  readonly roles: Readonly<Record<DatabaseRole, RoleSecret>>;
  /** Secret of the master user; absent in a secondary region, whose master user is the primary's. */
  readonly masterSecretArn?: pulumi.Output<string>;

  readonly #name: string;
  readonly #args: AuroraArgs;
  readonly #child: pulumi.CustomResourceOptions = { parent: this };

  /** @throws InvalidInput when an argument is out of its bounds, or one instance cannot bear the connections */
  constructor(name: string, args: AuroraArgs, options: pulumi.ComponentResourceOptions) {
    checkAurora(name, args);
    super("keelson:cloud:Aurora", name, {}, options);
    this.#name = name;
    this.#args = args;
    this.databaseName = args.databaseName;
    this.securityGroupId = this.#securityGroup();

    const identifier = this.#identifier();
    const global = this.#global(identifier);
    const password = this.#firstPassword();
    const subnetGroup = this.#subnetGroup();
    const monitoring = this.#monitoringRole();
    const cluster = this.#cluster({ identifier, global, password, subnetGroup, monitoring });
    const instances = this.#instances(cluster, subnetGroup, monitoring);
    this.#scaleReaders(cluster, instances);

    this.clusterIdentifier = cluster.clusterIdentifier;
    this.clusterArn = cluster.arn;
    this.clusterResourceId = cluster.clusterResourceId;
    this.readerEndpoint = cluster.readerEndpoint;
    this.writerEndpoint = this.#secondary ? cluster.readerEndpoint : cluster.endpoint;
    if (global) this.globalClusterIdentifier = afterwards(global.identifier, instances);

    const connection = this.#connection();
    const master = this.#masterSecret(cluster, connection, instances, password);
    if (master) this.masterSecretArn = master;
    this.roles = this.#roles(connection);
    if (!this.#secondary) {
      const proxy = this.#proxy(instances);
      this.proxyEndpoint = proxy.endpoint;
      if (proxy.readerEndpoint) this.proxyReaderEndpoint = proxy.readerEndpoint;
    }
    this.#alarms();
    this.registerOutputs();
  }

  get #secondary(): Secondary | undefined {
    const { global } = this.#args;
    return global?.role === "secondary" ? global : undefined;
  }

  #securityGroup(): pulumi.Output<string> {
    const { vpcId, clients } = this.#args;
    const id = securityGroup(this.#name, { description: `Database ${this.#name}`, vpcId }, this.#child);
    for (const [client, peer] of Object.entries(clients)) {
      const passage = { of: id, peer, port, description: `From ${client}` };
      letIn(`${this.#name}-from-${client}`, passage, this.#child);
    }
    return id;
  }

  /** A replacement gets another, so that its log group and its last snapshot do not clash with the old one's. */
  #identifier(): pulumi.Output<string> {
    const { databaseName, keys } = this.#args;
    return uniqueName(this.#name, { databaseName, key: keys.database }, this.#child);
  }

  #global(identifier: pulumi.Output<string>): Global | undefined {
    const { global, engineVersion, databaseName, protect, transform } = this.#args;
    if (!global) return undefined;
    if (global.role === "secondary") return { identifier: global.globalClusterIdentifier };
    const args: aws.rds.GlobalClusterArgs = {
      globalClusterIdentifier: pulumi.interpolate`${identifier}-global`,
      engine,
      engineVersion,
      databaseName,
      storageEncrypted: true,
      deletionProtection: protect,
    };
    const options = { ...this.#child, protect };
    return {
      identifier: new aws.rds.GlobalCluster(this.#name, transformed(args, transform?.globalCluster), options)
        .id,
    };
  }

  /** AWS cannot manage the master's password in a global database, so there it starts with one of ours. */
  #firstPassword(): pulumi.Output<string> | undefined {
    if (this.#args.global?.role !== "primary") return undefined;
    // CreateDBCluster takes 41 characters at most.
    const generated = new random.RandomPassword(
      `${this.#name}-master`,
      { length: 40, special: false },
      { ...this.#child, protect: this.#args.protect },
    );
    return pulumi.secret(generated.result);
  }

  #subnetGroup(): pulumi.Output<string> {
    const { subnetIds } = this.#args;
    const description = `Subnets of ${this.#name}`;
    return new aws.rds.SubnetGroup(this.#name, { description, subnetIds }, this.#child).name;
  }

  #monitoringRole() {
    return role(
      `${this.#name}-monitoring`,
      {
        description: `Lets ${this.#name} send metrics of its operating systems`,
        trust: trustService("monitoring.rds.amazonaws.com", this.#args.account),
        managedPolicies: ["service-role/AmazonRDSEnhancedMonitoringRole"],
      },
      this.#child,
    );
  }

  /** There before the cluster: RDS would make one that is neither encrypted nor ever emptied. */
  #logGroup(identifier: pulumi.Output<string>): pulumi.Resource {
    return new aws.cloudwatch.LogGroup(
      this.#name,
      {
        name: pulumi.interpolate`/aws/rds/cluster/${identifier}/postgresql`,
        kmsKeyId: this.#args.keys.logs,
        retentionInDays: this.#args.logRetentionDays,
      },
      this.#child,
    );
  }

  #clusterParameterGroup(): pulumi.Output<string> {
    const { engineVersion, global, transform } = this.#args;
    const args: aws.rds.ClusterParameterGroupArgs = {
      description: `Settings of ${this.#name}`,
      family: parameterFamily(engineVersion),
      parameters: clusterParameters(global !== undefined),
    };
    const group = transformed(args, transform?.clusterParameterGroup);
    return new aws.rds.ClusterParameterGroup(this.#name, group, this.#child).name;
  }

  #parameterGroup(): pulumi.Output<string> {
    const { engineVersion, transform } = this.#args;
    const args: aws.rds.ParameterGroupArgs = {
      description: `Settings of each instance of ${this.#name}`,
      family: parameterFamily(engineVersion),
      parameters: instanceParameters(this.#args),
    };
    return new aws.rds.ParameterGroup(this.#name, transformed(args, transform?.parameterGroup), this.#child)
      .name;
  }

  #cluster(parts: ClusterParts): aws.rds.Cluster {
    const { identifier, subnetGroup, monitoring } = parts;
    const { engineVersion, keys, backupRetentionDays, protect, serverless, transform } = this.#args;
    const args: aws.rds.ClusterArgs = {
      clusterIdentifier: identifier,
      engine,
      engineVersion,
      port,
      dbSubnetGroupName: subnetGroup,
      vpcSecurityGroupIds: [this.securityGroupId],
      dbClusterParameterGroupName: this.#clusterParameterGroup(),
      storageEncrypted: true,
      kmsKeyId: keys.database,
      iamDatabaseAuthenticationEnabled: true,
      backupRetentionPeriod: backupRetentionDays,
      preferredBackupWindow: backupWindow,
      preferredMaintenanceWindow: maintenanceWindow,
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: !this.#args.leavesSnapshot,
      deletionProtection: protect,
      autoMinorVersionUpgrade: false,
      applyImmediately: !protect,
      enabledCloudwatchLogsExports: ["postgresql"],
      databaseInsightsMode: "standard",
      ...this.#observation(monitoring),
      ...(serverless && { serverlessv2ScalingConfiguration: serverless }),
      ...this.#origin(parts),
    };
    return new aws.rds.Cluster(this.#name, transformed(args, transform?.cluster), {
      ...this.#child,
      protect,
      dependsOn: [this.#logGroup(identifier), ...monitoring.policies],
      ignoreChanges: this.#changedElsewhere(),
    });
  }

  /** What the cluster starts from: nothing, or the primary region's data. */
  #origin({ identifier, global, password }: ClusterParts): Partial<aws.rds.ClusterArgs> {
    const { databaseName, keys, leavesSnapshot } = this.#args;
    const globalClusterIdentifier = global?.identifier;
    if (this.#secondary) {
      const { sourceRegion } = this.#secondary;
      // Its data is the primary's, so no snapshot of it is kept.
      return {
        globalClusterIdentifier,
        sourceRegion,
        enableGlobalWriteForwarding: true,
        skipFinalSnapshot: true,
      };
    }
    return {
      databaseName,
      masterUsername,
      ...(password
        ? { masterPassword: password, globalClusterIdentifier }
        : { manageMasterUserPassword: true, masterUserSecretKmsKeyId: keys.secrets }),
      skipFinalSnapshot: !leavesSnapshot,
      ...(leavesSnapshot && { finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final` }),
    };
  }

  /** A global cluster upgrades its regions and changes their roles, and the rotation changes the password. */
  #changedElsewhere(): string[] {
    if (!this.#args.global) return [];
    return ["engineVersion", "replicationSourceIdentifier", "masterPassword"];
  }

  /** Cluster and instances must agree in these, or Database Insights is refused. */
  #observation(monitoring: MonitoringRole) {
    return {
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: this.#args.keys.database,
      performanceInsightsRetentionPeriod: insightsDays,
      monitoringInterval,
      monitoringRoleArn: monitoring.arn,
    };
  }

  /** The first is made before the others, and so is the writer. */
  #instances(
    cluster: aws.rds.Cluster,
    subnetGroup: pulumi.Output<string>,
    monitoring: MonitoringRole,
  ): [aws.rds.ClusterInstance, ...aws.rds.ClusterInstance[]] {
    const { readers, zones } = this.#args;
    const parameterGroup = this.#parameterGroup();
    const make = (index: number, dependsOn: pulumi.Resource[]) => {
      const zone = zones[index % zones.length];
      const place = { subnetGroup, parameterGroup, ...(zone && { zone }) };
      return this.#instance(index, cluster, place, monitoring, dependsOn);
    };
    const first = make(0, monitoring.policies);
    return [first, ...Array.from({ length: readers }, (_, index) => make(index + 1, [first]))];
  }

  #instance(
    index: number,
    cluster: aws.rds.Cluster,
    { subnetGroup, parameterGroup, zone }: InstancePlace,
    monitoring: MonitoringRole,
    dependsOn: pulumi.Resource[],
  ): aws.rds.ClusterInstance {
    const { instanceClass, serverless, protect, transform } = this.#args;
    const name = `${this.#name}-${index + 1}`;
    const args: aws.rds.ClusterInstanceArgs = {
      // Not a whole identifier, so that a replacement can be there before the old one goes.
      identifierPrefix: `${name}-`,
      clusterIdentifier: cluster.id,
      engine,
      instanceClass: serverless ? "db.serverless" : instanceClass,
      promotionTier: index,
      availabilityZone: zone,
      dbSubnetGroupName: subnetGroup,
      dbParameterGroupName: parameterGroup,
      caCertIdentifier: authority,
      publiclyAccessible: false,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: false,
      applyImmediately: !protect,
      preferredMaintenanceWindow: maintenanceWindow,
      ...this.#observation(monitoring),
    };
    const options = { ...this.#child, dependsOn };
    return new aws.rds.ClusterInstance(name, transformed(args, transform?.instance), options);
  }

  #scaleReaders(cluster: aws.rds.Cluster, instances: pulumi.Resource[]): void {
    const { readers, maxReaders = readers } = this.#args;
    if (maxReaders === readers) return;
    const what = {
      serviceNamespace: "rds",
      scalableDimension: "rds:cluster:ReadReplicaCount",
      resourceId: pulumi.interpolate`cluster:${cluster.clusterIdentifier}`,
    };
    const name = `${this.#name}-readers`;
    const target = new aws.appautoscaling.Target(
      name,
      { ...what, minCapacity: readers, maxCapacity: maxReaders },
      { ...this.#child, dependsOn: instances },
    );
    new aws.appautoscaling.Policy(
      name,
      {
        ...what,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "RDSReaderAverageCPUUtilization" },
          targetValue: scaling.target.cpu.value,
          scaleOutCooldown: cooldown.out,
          scaleInCooldown: cooldown.in,
        },
      },
      { ...this.#child, dependsOn: target },
    );
  }

  #connection(): Connection {
    return { engine: "postgres", host: this.writerEndpoint, port, dbname: this.databaseName };
  }

  #masterSecret(
    cluster: aws.rds.Cluster,
    connection: Connection,
    [writer]: [pulumi.Resource, ...pulumi.Resource[]],
    password: pulumi.Output<string> | undefined,
  ): pulumi.Output<string> | undefined {
    if (this.#secondary) return undefined;
    if (!password) return cluster.masterUserSecrets.apply(([secret]) => secret?.secretArn ?? "");
    const { region, vpcId, subnetIds, keys, protect, endpointsSecurityGroupId } = this.#args;
    return rotatedMaster(
      `${this.#name}-master`,
      {
        region,
        vpcId,
        subnetIds,
        secretsKeyArn: keys.secrets,
        password,
        connection,
        port,
        databaseSecurityGroupId: this.securityGroupId,
        ...(endpointsSecurityGroupId && { endpointsSecurityGroupId }),
        functionName: pulumi.interpolate`${cluster.clusterIdentifier}-rotation`,
        writer,
        protect,
      },
      this.#child,
    );
  }

  #roles(connection: Connection): Record<DatabaseRole, RoleSecret> {
    const { keys, protect } = this.#args;
    const passwords = this.#secondary?.passwords;
    const args = { kmsKeyArn: keys.secrets, connection, protect, ...(passwords && { passwords }) };
    return roleSecrets(this.#name, args, this.#child);
  }

  #proxy(instances: pulumi.Resource[]): DatabaseProxy {
    const { region, vpcId, subnetIds, clients, keys, readers, global } = this.#args;
    const { logRetentionDays, topicArn, transform } = this.#args;
    const { service, monitoring } = this.roles;
    const name = `${this.#name}-proxy`;
    const proxy = new DatabaseProxy(
      name,
      {
        region,
        vpcId,
        subnetIds,
        clients,
        clusterIdentifier: this.clusterIdentifier,
        databaseSecurityGroupId: this.securityGroupId,
        port,
        secrets: { service, monitoring },
        keys,
        connectionsPercent: clientShare(global !== undefined),
        hasReaders: readers > 0,
        ready: [...instances, service.ready, monitoring.ready],
        logRetentionDays,
        topicArn,
        ...(transform && { transform }),
      },
      this.#child,
    );
    const passage = { of: this.securityGroupId, peer: proxy.securityGroupId, port };
    letIn(`${this.#name}-from-proxy`, { ...passage, description: "From the proxy" }, this.#child);
    return proxy;
  }

  #alarms(): void {
    const { readers, topicArn } = this.#args;
    auroraAlarms(
      this.#name,
      {
        size: this.#args,
        clusterIdentifier: this.clusterIdentifier,
        hasReaders: readers > 0,
        sourceRegion: this.#secondary?.sourceRegion,
        topicArn,
      },
      this.#child,
    );
  }
}

interface Global {
  identifier: pulumi.Input<string>;
}

type MonitoringRole = ReturnType<typeof role>;

interface ClusterParts {
  identifier: pulumi.Output<string>;
  global: Global | undefined;
  password: pulumi.Output<string> | undefined;
  subnetGroup: pulumi.Output<string>;
  monitoring: MonitoringRole;
}

interface InstancePlace {
  subnetGroup: pulumi.Output<string>;
  parameterGroup: pulumi.Output<string>;
  zone?: string;
}

/** `value`, known when the resources are there. */
function afterwards<T>(value: pulumi.Input<T>, resources: pulumi.CustomResource[]): pulumi.Output<T> {
  const ids = resources.map(({ id }) => id);
  return pulumi.all([value, ...ids]).apply(([known]) => known as T) as pulumi.Output<T>;
}
