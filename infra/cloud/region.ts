/** The platform in one region: what workloads stand on. Reads as its table of contents. */
import * as pulumi from "@pulumi/pulumi";
import { sizing } from "../sizing.ts";
import { Aurora, type AuroraArgs } from "./aurora.ts";
import { Eks, type EksArgs } from "./eks.ts";
import { Encryption, type EncryptionArgs } from "./encryption.ts";
import { Identity, type IdentityArgs } from "./identity.ts";
import { Network, type NetworkArgs } from "./network.ts";
import { Notifications, type NotificationsArgs } from "./notifications.ts";
import { Redis, type RedisArgs } from "./redis.ts";
import type { CloudSettings } from "./settings.ts";
import { databaseSize, nodeGenerations, redisSize } from "./sizes.ts";

export interface RegionArgs {
  settings: CloudSettings;
  /** The provider's default tags, which do not reach what autoscaling makes: instances and their disks. */
  tags: Readonly<Record<string, string>>;
  /** Changes of the main resources of each component, for what the settings do not foresee. */
  transform?: RegionTransform;
}

/** A component's own `transform`, by the component. */
export interface RegionTransform {
  encryption?: NonNullable<EncryptionArgs["transform"]>;
  notifications?: NonNullable<NotificationsArgs["transform"]>;
  network?: NonNullable<NetworkArgs["transform"]>;
  eks?: NonNullable<EksArgs["transform"]>;
  redis?: NonNullable<RedisArgs["transform"]>;
  aurora?: NonNullable<AuroraArgs["transform"]>;
}

export class Region extends pulumi.ComponentResource {
  readonly network: Network;
  readonly encryption: Encryption;
  readonly notifications: Notifications;
  readonly eks: Eks;
  readonly redis: Redis;
  readonly aurora: Aurora;
  readonly identity: Identity;

  /**
   * @param name starts the names of everything in the region, such as `keelson-prod-use1`
   * @throws InvalidInput when a component refuses its arguments
   */
  constructor(
    name: string,
    { settings, tags, transform = {} }: RegionArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super("keelson:cloud:Region", name, {}, options);
    const { account, region, protect } = settings;
    const size = sizing[settings.environment];
    const zones = settings.zones.map((letter) => `${region}${letter}`);
    const place = { account, region };
    const kept = { protect, logRetentionDays: size.logDays };
    const child = { parent: this };

    this.encryption = new Encryption(
      `${name}-keys`,
      {
        ...place,
        protect,
        deletionWindowDays: size.protect ? 30 : 7,
        existing: settings.keys,
        ...(transform.encryption && { transform: transform.encryption }),
      },
      child,
    );
    const { keys } = this.encryption;

    this.notifications = new Notifications(
      `${name}-notifications`,
      {
        ...place,
        keyArn: keys.notifications,
        subscribers: settings.subscribers,
        ...(transform.notifications && { transform: transform.notifications }),
      },
      child,
    );
    const { topicArn } = this.notifications;

    this.network = new Network(
      `${name}-network`,
      {
        ...place,
        zones,
        cidr: settings.network.cidr,
        natGateways: size.natGateways,
        logsKeyArn: keys.logs,
        logRetentionDays: size.logDays,
        ...(settings.network.existing && { existing: settings.network.existing }),
        ...(transform.network && { transform: transform.network }),
      },
      child,
    );
    const { vpcId, dataSubnetIds, privateSubnetIds, workloadSecurityGroupId } = this.network;
    const { endpointsSecurityGroupId } = this.network;
    const store = {
      ...place,
      ...kept,
      keys,
      topicArn,
      vpcId,
      subnetIds: dataSubnetIds,
      clients: { workloads: workloadSecurityGroupId },
    };

    this.eks = new Eks(
      `${name}-eks`,
      {
        ...place,
        ...kept,
        ...settings.kubernetes,
        keys,
        vpcId,
        subnetIds: privateSubnetIds,
        workloadSecurityGroupId,
        generations: nodeGenerations(settings),
        instanceTags: tags,
        ...(transform.eks && { transform: transform.eks }),
      },
      // Nodes join by way of NAT and endpoints.
      { ...child, dependsOn: this.network },
    );

    this.redis = new Redis(
      `${name}-redis`,
      { ...store, ...redisSize(settings), ...(transform.redis && { transform: transform.redis }) },
      child,
    );
    this.aurora = new Aurora(
      `${name}-aurora`,
      {
        ...store,
        zones,
        ...databaseSize(settings),
        databaseName: "keelson",
        backupRetentionDays: size.database.backupDays,
        leavesSnapshot: size.protect,
        ...(endpointsSecurityGroupId && { endpointsSecurityGroupId }),
        ...(transform.aurora && { transform: transform.aurora }),
      },
      child,
    );

    this.identity = new Identity(
      `${name}-pods`,
      {
        ...place,
        clusterName: this.eks.clusterName,
        secrets: this.#secrets(),
        secretsKeyArn: keys.secrets,
      },
      child,
    );
    this.registerOutputs();
  }

  #secrets(): IdentityArgs["secrets"] {
    const { roles, masterSecretArn } = this.aurora;
    const { application, metrics } = this.redis.users;
    return {
      redis: application.secretArn,
      service: roles.service.secretArn,
      migration: roles.migration.secretArn,
      ...(masterSecretArn && { master: masterSecretArn }),
      monitoring: [metrics.secretArn, roles.monitoring.secretArn],
    };
  }

  /** Where everything is, for who operates it. Secrets are told by their ARN. */
  get outputs() {
    const { aurora, eks, redis, network, identity, notifications } = this;
    return {
      vpcId: network.vpcId,
      cluster: { name: eks.clusterName, endpoint: eks.endpoint, version: eks.version },
      redis: { endpoint: redis.endpoint, port: redis.port },
      database: {
        name: aurora.databaseName,
        port: aurora.port,
        writer: aurora.writerEndpoint,
        reader: aurora.readerEndpoint,
        ...(aurora.proxyEndpoint && { proxy: aurora.proxyEndpoint }),
        ...(aurora.proxyReaderEndpoint && { proxyReader: aurora.proxyReaderEndpoint }),
        ...(aurora.globalClusterIdentifier && { globalCluster: aurora.globalClusterIdentifier }),
      },
      secrets: this.#secrets(),
      roles: identity.roles,
      topicArn: notifications.topicArn,
    };
  }
}
