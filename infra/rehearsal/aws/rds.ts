/** RDS: Aurora clusters, their instances and proxies, and what they are made of. */
import type { Mistake } from "../../../validate.ts";
import type { AwsTypes, LivingResource, NewResource, PhysicalName, Properties } from "./entry.ts";
import { list, providerDocs, refuseIf, replaces, text, updates } from "./rows.ts";

const reference = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference";
const guide = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide";

const subnetGroupType = "aws:rds/subnetGroup:SubnetGroup";
const clusterParameterGroupType = "aws:rds/clusterParameterGroup:ClusterParameterGroup";
const parameterGroupType = "aws:rds/parameterGroup:ParameterGroup";
const globalClusterType = "aws:rds/globalCluster:GlobalCluster";
const clusterType = "aws:rds/cluster:Cluster";

const identifier = /^[a-z](-?[a-z0-9])*$/;

function named(property: string, limit: number, automatic: boolean, pattern = identifier): PhysicalName {
  return { property, limit, pattern, unique: "region", automatic };
}

export const rds: AwsTypes = {
  [subnetGroupType]: {
    specification: "AWS::RDS::DBSubnetGroup",
    properties: { name: "DBSubnetGroupName", description: "DBSubnetGroupDescription" },
    optional: { DBSubnetGroupDescription: `${providerDocs}/db_subnet_group` },
    physicalName: named("name", 255, true, /^[a-z0-9 ._-]+$/),
    id: ({ inputs }) => text(inputs.name),
    computed: {
      arn: (resource) => arn(resource, "subgrp", resource.inputs.name),
      vpcId: (resource) => subnetsOf(resource)[0]?.inputs.vpcId,
      supportedNetworkTypes: () => ["IPV4"],
    },
    holds: ["subnetIds"],
    refuse: (resource) => subnetMistakes(resource),
  },

  [clusterParameterGroupType]: {
    specification: "AWS::RDS::DBClusterParameterGroup",
    properties: { name: "DBClusterParameterGroupName" },
    optional: {
      Description: `${providerDocs}/rds_cluster_parameter_group`,
      Parameters: `${providerDocs}/rds_cluster_parameter_group`,
    },
    physicalName: named("name", 255, true),
    id: ({ inputs }) => text(inputs.name),
    computed: { arn: (resource) => arn(resource, "cluster-pg", resource.inputs.name) },
    refuse: ({ inputs }) => parameterMistakes(inputs),
  },

  [parameterGroupType]: {
    specification: "AWS::RDS::DBParameterGroup",
    properties: { name: "DBParameterGroupName" },
    optional: { Description: `${providerDocs}/db_parameter_group` },
    physicalName: named("name", 255, true),
    id: ({ inputs }) => text(inputs.name),
    computed: { arn: (resource) => arn(resource, "pg", resource.inputs.name) },
    refuse: ({ inputs }) => parameterMistakes(inputs),
  },

  [globalClusterType]: {
    specification: "AWS::RDS::GlobalCluster",
    properties: {
      databaseName: replaces(`${providerDocs}/rds_global_cluster`),
      forceDestroy: updates(`${providerDocs}/rds_global_cluster`),
    },
    required: ["globalClusterIdentifier"],
    physicalName: { ...named("globalClusterIdentifier", 63, false), unique: "account" },
    id: ({ inputs }) => text(inputs.globalClusterIdentifier),
    computed: {
      arn: ({ account, inputs }) =>
        `arn:aws:rds::${account}:global-cluster:${inputs.globalClusterIdentifier}`,
      endpoint: ({ inputs, hex }) =>
        `${inputs.globalClusterIdentifier}.global-${hex(12)}.global.rds.amazonaws.com`,
      engineVersionActual: ({ inputs }) => inputs.engineVersion,
      globalClusterMembers: () => [],
      globalClusterResourceId: ({ hex }) => `cluster-${hex(16)}`,
    },
    undeletable: ({ inputs }) => protectedFromDeletion(inputs),
  },

  [clusterType]: {
    specification: "AWS::RDS::DBCluster",
    properties: {
      clusterIdentifier: "DBClusterIdentifier",
      clusterIdentifierPrefix: replaces(`${providerDocs}/rds_cluster`),
      engine: replaces(`${providerDocs}/rds_cluster`),
      masterUsername: replaces(`${providerDocs}/rds_cluster`),
      masterPassword: "MasterUserPassword",
      masterUserSecretKmsKeyId: updates(`${providerDocs}/rds_cluster`),
      globalClusterIdentifier: updates(`${providerDocs}/rds_cluster`),
      iamDatabaseAuthenticationEnabled: "EnableIAMDatabaseAuthentication",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      skipFinalSnapshot: updates(`${providerDocs}/rds_cluster`),
      finalSnapshotIdentifier: updates(`${providerDocs}/rds_cluster`),
      applyImmediately: updates(`${providerDocs}/rds_cluster`),
      allowMajorVersionUpgrade: updates(`${providerDocs}/rds_cluster`),
    },
    required: ["engine"],
    // Without one, it is not Pulumi that makes a name: it starts with `tf-`.
    physicalName: named("clusterIdentifier", 63, false),
    id: clusterIdentifier,
    computed: {
      clusterIdentifier,
      arn: (resource) => arn(resource, "cluster", clusterIdentifier(resource)),
      clusterResourceId: ({ hex }) => `cluster-${hex(26).toUpperCase()}`,
      endpoint: (resource) => endpoint(resource, "cluster"),
      readerEndpoint: (resource) => endpoint(resource, "cluster-ro"),
      hostedZoneId: ({ hex }) => `Z${hex(13).toUpperCase()}`,
      engineVersionActual: ({ inputs }) => inputs.engineVersion,
      masterUserSecrets: masterSecrets,
      // Of clusters that are not Aurora's.
      caCertificateValidTill: () => "",
      upgradeRolloutOrder: () => "second",
    },
    renewed: ["engineVersionActual"],
    holds: [
      "dbSubnetGroupName",
      "dbClusterParameterGroupName",
      "globalClusterIdentifier",
      "vpcSecurityGroupIds",
    ],
    refuse: (resource) => [
      ...masterMistakes(resource.inputs),
      ...storageMistakes(resource.inputs),
      ...familyMistakes(resource, clusterParameterGroupType, "dbClusterParameterGroupName"),
      ...capacityMistakes(resource.inputs),
    ],
    undeletable: ({ inputs }) => protectedFromDeletion(inputs) ?? withoutSnapshot(inputs),
  },

  "aws:rds/clusterInstance:ClusterInstance": {
    specification: "AWS::RDS::DBInstance",
    properties: {
      identifier: "DBInstanceIdentifier",
      identifierPrefix: replaces(`${providerDocs}/rds_cluster_instance`),
      clusterIdentifier: "DBClusterIdentifier",
      instanceClass: "DBInstanceClass",
      engine: replaces(`${providerDocs}/rds_cluster_instance`),
      availabilityZone: replaces(`${providerDocs}/rds_cluster_instance`),
      caCertIdentifier: "CACertificateIdentifier",
      performanceInsightsEnabled: "EnablePerformanceInsights",
      // Changed in place for instances of a cluster, whose storage and backups are the cluster's.
      dbParameterGroupName: updates(`${providerDocs}/rds_cluster_instance`),
      performanceInsightsKmsKeyId: updates(`${providerDocs}/rds_cluster_instance`),
      autoMinorVersionUpgrade: updates(`${providerDocs}/rds_cluster_instance`),
      preferredMaintenanceWindow: updates(`${providerDocs}/rds_cluster_instance`),
      forceDestroy: updates(`${providerDocs}/rds_cluster_instance`),
    },
    required: ["clusterIdentifier", "engine", "instanceClass"],
    physicalName: named("identifier", 63, false),
    id: instanceIdentifier,
    computed: {
      identifier: instanceIdentifier,
      arn: (resource) => arn(resource, "db", instanceIdentifier(resource)),
      dbiResourceId: ({ hex }) => `db-${hex(26).toUpperCase()}`,
      endpoint: (resource) => `${instanceIdentifier(resource)}.${tail(resource)}`,
      engineVersionActual: (resource) => clusterOf(resource)?.inputs.engineVersion,
      port: (resource) => clusterOf(resource)?.inputs.port ?? 5432,
      kmsKeyId: (resource) => clusterOf(resource)?.inputs.kmsKeyId ?? "",
      networkType: () => "IPV4",
      storageEncrypted: (resource) => clusterOf(resource)?.inputs.storageEncrypted ?? false,
      writer: ({ inputs }) => inputs.promotionTier === 0,
    },
    renewed: ["writer"],
    holds: ["clusterIdentifier", "dbSubnetGroupName", "dbParameterGroupName"],
    refuse: (resource) => [
      ...classMistakes(resource),
      ...familyMistakes(resource, parameterGroupType, "dbParameterGroupName", clusterOf(resource)),
      ...identifierMistakes(resource.inputs),
    ],
  },

  "aws:rds/proxy:Proxy": {
    specification: "AWS::RDS::DBProxy",
    properties: { name: "DBProxyName", auths: "Auth" },
    physicalName: named("name", 63, true),
    id: ({ inputs }) => text(inputs.name),
    computed: {
      arn: (resource) => arn(resource, "db-proxy", `prx-${resource.hex(17)}`),
      endpoint: (resource) => `${resource.inputs.name}.proxy-${tail(resource)}`,
    },
    holds: ["vpcSubnetIds", "vpcSecurityGroupIds"],
    refuse: ({ inputs: { auths, defaultAuthScheme } }) =>
      refuseIf(
        Array.isArray(auths) && auths.length === 0 && defaultAuthScheme !== "IAM_AUTH",
        "auths",
        "none",
        `one secret at least: see ${reference}/API_CreateDBProxy.html`,
      ),
  },

  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": {
    specification: "AWS::RDS::DBProxyTargetGroup",
    properties: { connectionPoolConfig: "ConnectionPoolConfigurationInfo" },
    optional: { TargetGroupName: `${providerDocs}/db_proxy_default_target_group` },
    id: ({ inputs }) => text(inputs.dbProxyName),
    computed: {
      arn: (resource) => arn(resource, "target-group", `prx-tg-${resource.hex(17)}`),
      name: () => "default",
    },
    refuse: ({ inputs }) => poolMistakes(inputs),
  },

  "aws:rds/proxyTarget:ProxyTarget": {
    properties: {
      dbProxyName: replaces(`${providerDocs}/db_proxy_target`),
      targetGroupName: replaces(`${providerDocs}/db_proxy_target`),
      dbClusterIdentifier: replaces(`${providerDocs}/db_proxy_target`),
      dbInstanceIdentifier: replaces(`${providerDocs}/db_proxy_target`),
    },
    required: ["dbProxyName", "targetGroupName"],
    id: ({ inputs }) =>
      [
        inputs.dbProxyName,
        inputs.targetGroupName,
        inputs.dbClusterIdentifier === undefined ? "RDS_INSTANCE" : "TRACKED_CLUSTER",
        inputs.dbClusterIdentifier ?? inputs.dbInstanceIdentifier,
      ].join("/"),
    computed: {
      port: (resource) =>
        resource.find(clusterType, resource.inputs.dbClusterIdentifier)?.inputs.port ?? 5432,
      rdsResourceId: ({ inputs }) => inputs.dbClusterIdentifier ?? inputs.dbInstanceIdentifier,
      type: ({ inputs }) => (inputs.dbClusterIdentifier === undefined ? "RDS_INSTANCE" : "TRACKED_CLUSTER"),
      endpoint: () => "",
      targetArn: () => "",
      trackedClusterId: ({ inputs }) => inputs.dbClusterIdentifier ?? "",
    },
  },

  "aws:rds/proxyEndpoint:ProxyEndpoint": {
    specification: "AWS::RDS::DBProxyEndpoint",
    physicalName: named("dbProxyEndpointName", 63, false),
    id: ({ inputs }) => `${inputs.dbProxyName}/${inputs.dbProxyEndpointName}`,
    computed: {
      arn: (resource) => arn(resource, "db-proxy-endpoint", `prx-endpoint-${resource.hex(17)}`),
      endpoint: (resource) => `${resource.inputs.dbProxyEndpointName}.endpoint.proxy-${tail(resource)}`,
      isDefault: () => false,
      vpcId: (resource) => subnetsOf(resource, "vpcSubnetIds")[0]?.inputs.vpcId,
    },
    holds: ["vpcSubnetIds", "vpcSecurityGroupIds"],
  },
};

const stackPage = `${providerDocs}/serverlessapplicationrepository_cloudformation_stack`;

/** Applications of others, deployed as a stack of their own. */
export const serverlessrepository: AwsTypes = {
  "aws:serverlessrepository/cloudFormationStack:CloudFormationStack": {
    properties: {
      applicationId: replaces(stackPage),
      name: replaces(stackPage),
      capabilities: updates(stackPage),
      parameters: updates(stackPage),
      semanticVersion: updates(stackPage),
    },
    required: ["applicationId"],
    taggable: { value: true, source: stackPage },
    physicalName: named("name", 113, true, /^[A-Za-z][A-Za-z0-9-]*$/),
    id: ({ region, account, inputs, hex }) =>
      `arn:aws:cloudformation:${region}:${account}:stack/serverlessrepo-${inputs.name}/${uuid(hex(32))}`,
    computed: { outputs: rotationOutputs },
  },
};

/** What AWS's rotation functions give out; see `Outputs` of their templates. */
function rotationOutputs({ region, account, inputs }: NewResource): Properties {
  const name = (inputs.parameters as Properties | undefined)?.functionName;
  return name === undefined
    ? {}
    : { RotationLambdaARN: `arn:aws:lambda:${region}:${account}:function:${name}` };
}

function arn({ region, account }: NewResource, kind: string, name: unknown): string {
  return `arn:aws:rds:${region}:${account}:${kind}:${name}`;
}

/** Of a host name, what comes behind the name of the thing: an account's own part in a region. */
function tail({ region, hex }: NewResource): string {
  return `${hex(12)}.${region}.rds.amazonaws.com`;
}

function endpoint(resource: NewResource, kind: string): string {
  return `${clusterIdentifier(resource)}.${kind}-${tail(resource)}`;
}

/** The provider puts 26 characters behind a prefix, which the system's clock starts. */
function instanceIdentifier({ inputs, hex }: NewResource): string {
  const { identifier: given, identifierPrefix = "tf-" } = inputs;
  return given === undefined ? `${identifierPrefix}${hex(26)}` : text(given);
}

function clusterIdentifier({ inputs, hex }: NewResource): string {
  const { clusterIdentifier: given, clusterIdentifierPrefix = "tf-" } = inputs;
  return given === undefined ? `${clusterIdentifierPrefix}${hex(26)}` : text(given);
}

function masterSecrets({ inputs, region, account, hex }: NewResource): unknown[] {
  if (inputs.manageMasterUserPassword !== true) return [];
  const name = `rds!cluster-${uuid(hex(32))}-${hex(6)}`;
  return [
    {
      kmsKeyId: inputs.masterUserSecretKmsKeyId,
      secretArn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}`,
      secretStatus: "active",
    },
  ];
}

function uuid(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function protectedFromDeletion({ deletionProtection }: Properties): string | undefined {
  return deletionProtection === true ? "deletion protection is on; update it to false first" : undefined;
}

/** Source: `${providerDocs}/rds_cluster`. */
function withoutSnapshot({ skipFinalSnapshot, finalSnapshotIdentifier }: Properties): string | undefined {
  if (skipFinalSnapshot === true || finalSnapshotIdentifier !== undefined) return undefined;
  return "a last snapshot is wanted and has no name: set finalSnapshotIdentifier, or skipFinalSnapshot";
}

/** Source: `${guide}/USER_VPC.WorkingWithRDSInstanceinaVPC.html`. */
function subnetMistakes(resource: NewResource): Mistake[] {
  const subnets = subnetsOf(resource);
  if (subnets.length < list(resource.inputs.subnetIds).length || subnets.length === 0) return [];
  const zones = new Set(subnets.map(({ inputs }) => inputs.availabilityZone));
  const networks = new Set(subnets.map(({ inputs }) => inputs.vpcId));
  return [
    ...refuseIf(zones.size < 2, "subnetIds", "subnets of one zone", "subnets of at least two zones"),
    ...refuseIf(networks.size > 1, "subnetIds", `${networks.size} VPCs`, "subnets of one VPC"),
  ];
}

/** PostgreSQL reads these at its start alone; RDS refuses to apply them at once. Source: `${guide}/AuroraPostgreSQL.Reference.ParameterGroups.html`. */
const readAtStart = new Set([
  "shared_preload_libraries",
  "max_connections",
  "apg_write_forward.max_forwarding_connections_percent",
]);

function parameterMistakes({ parameters }: Properties): Mistake[] {
  return list<{ name: string; applyMethod?: string }>(parameters).flatMap(({ name, applyMethod }) =>
    refuseIf(
      readAtStart.has(name) && applyMethod !== "pending-reboot",
      `parameters.${name}`,
      JSON.stringify(applyMethod ?? "immediate"),
      'applyMethod "pending-reboot", for the parameter is static',
    ),
  );
}

/** A group is of the family of the cluster's engine and major version. */
function familyMistakes(
  { inputs, find }: NewResource,
  type: string,
  property: string,
  cluster: Pick<LivingResource, "inputs"> | undefined = { inputs },
): Mistake[] {
  const family = find(type, inputs[property])?.inputs.family;
  const version = cluster?.inputs.engineVersion;
  if (family === undefined || version === undefined) return [];
  const fitting = `${cluster?.inputs.engine}${text(version).split(".")[0]}`;
  return refuseIf(family !== fitting, property, `a group of family ${family}`, `one of family ${fitting}`);
}

/** Source: `${reference}/API_CreateDBCluster.html` and `${guide}/rds-secrets-manager.html`. */
function masterMistakes(inputs: Properties): Mistake[] {
  const { manageMasterUserPassword: isManaged, masterPassword, masterUsername } = inputs;
  const { globalClusterIdentifier, sourceRegion, snapshotIdentifier, replicationSourceIdentifier } = inputs;
  const origins = [globalClusterIdentifier, sourceRegion, snapshotIdentifier, replicationSourceIdentifier];
  const isNew = origins.every((origin) => origin === undefined);
  const isLegal = masterPassword === undefined || /^[^/"@\s]{8,41}$/.test(text(masterPassword));
  return [
    ...refuseIf(isNew && masterUsername === undefined, "masterUsername", "nothing", "the master user's name"),
    ...refuseIf(
      !isLegal,
      "masterPassword",
      "a value that is not shown",
      '8 to 41 characters, none of /"@ or space',
    ),
    ...refuseIf(
      isManaged === true && masterPassword !== undefined,
      "masterPassword",
      "a value that is not shown",
      "nothing where RDS manages the password",
    ),
    ...refuseIf(
      isManaged === true && globalClusterIdentifier !== undefined,
      "manageMasterUserPassword",
      "true",
      `false in a global database: see ${guide}/rds-secrets-manager.html`,
    ),
  ];
}

/** Source: `${reference}/API_CreateDBCluster.html`. */
function storageMistakes({ storageEncrypted, kmsKeyId, backupRetentionPeriod: days }: Properties): Mistake[] {
  const isKept = days === undefined || (Number.isInteger(days) && Number(days) >= 1 && Number(days) <= 35);
  return [
    ...refuseIf(
      kmsKeyId !== undefined && storageEncrypted !== true,
      "storageEncrypted",
      `${storageEncrypted ?? false}`,
      "true with a kmsKeyId",
    ),
    ...refuseIf(!isKept, "backupRetentionPeriod", text(days), "1 to 35"),
  ];
}

/** Source: `${guide}/aurora-serverless-v2.setting-capacity.html`. */
function capacityMistakes({ serverlessv2ScalingConfiguration: configuration }: Properties): Mistake[] {
  if (configuration === undefined) return [];
  const { minCapacity: min, maxCapacity: max } = configuration as Properties;
  const isCapacity = (value: unknown) =>
    value === undefined ||
    (Number.isInteger(Number(value) * 2) && Number(value) >= 0 && Number(value) <= 256);
  return refuseIf(
    !isCapacity(min) || !isCapacity(max) || Number(max ?? 256) < Math.max(1, Number(min ?? 0)),
    "serverlessv2ScalingConfiguration",
    `${min} to ${max}`,
    "0 to 256 in steps of 0.5, the most at least 1 and the least",
  );
}

/** Source: `${guide}/aurora-serverless-v2.create.html` and `${guide}/aurora-global-database.configuration.requirements.html`. */
function classMistakes(resource: NewResource): Mistake[] {
  const cluster = clusterOf(resource);
  if (!cluster) return [];
  const { instanceClass } = resource.inputs;
  const { globalClusterIdentifier, serverlessv2ScalingConfiguration } = cluster.inputs;
  return [
    ...refuseIf(
      instanceClass === "db.serverless" && serverlessv2ScalingConfiguration === undefined,
      "instanceClass",
      '"db.serverless"',
      "a cluster with serverlessv2ScalingConfiguration",
    ),
    ...refuseIf(
      text(instanceClass).startsWith("db.t") && globalClusterIdentifier !== undefined,
      "instanceClass",
      text(instanceClass),
      "a class optimized for memory in a global database",
    ),
  ];
}

function identifierMistakes({ identifierPrefix: prefix }: Properties): Mistake[] {
  const isWrong = prefix !== undefined && !/^[a-z](-?[a-z0-9])*-?$/.test(text(prefix));
  const isLong = text(prefix ?? "").length > 63 - 26;
  return refuseIf(
    isWrong || isLong,
    "identifierPrefix",
    JSON.stringify(prefix),
    "at most 37 lower-case letters, digits and single hyphens, a letter first",
  );
}

/** Source: `${reference}/API_ConnectionPoolConfiguration.html`. */
function poolMistakes({ connectionPoolConfig }: Properties): Mistake[] {
  const { maxConnectionsPercent: most = 100, maxIdleConnectionsPercent: idle = 0 } = (connectionPoolConfig ??
    {}) as Properties;
  return refuseIf(
    Number(idle) > Number(most),
    "connectionPoolConfig.maxIdleConnectionsPercent",
    text(idle),
    `at most maxConnectionsPercent (${most})`,
  );
}

function clusterOf({ find, inputs }: NewResource): LivingResource | undefined {
  return find(clusterType, inputs.clusterIdentifier);
}

function subnetsOf({ find, inputs }: NewResource, property = "subnetIds"): LivingResource[] {
  return list(inputs[property]).flatMap((id) => find("aws:ec2/subnet:Subnet", id) ?? []);
}
