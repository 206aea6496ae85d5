/**
 * What a stack needs of AWS's quotas at its largest, counted from the resources that it is made of. A new account
 * has AWS's defaults, and a raise takes AWS hours to days, so it is asked for before the first `pulumi up`.
 */
import { unknown } from "./events.ts";

/** A resource with its inputs, as a rehearsal tells them. */
export interface CountedResource {
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface QuotaNeed {
  /** As Service Quotas calls it. */
  readonly name: string;
  /** Its code in Service Quotas, such as `ec2`. */
  readonly service: string;
  /** The quota's code, such as `L-1216C47A`; absent where AWS documents none. */
  readonly code?: string;
  /** What the stack alone needs, with all that autoscaling may add. */
  readonly needed: number;
  /** What a new account has, by AWS's documents. */
  readonly default: number;
  /** `raise` when the default is too little for the stack alone. */
  readonly status: "ok" | "raise";
  /** What was counted, in words. */
  readonly counted: string;
  /** Where the default is documented. */
  readonly source: string;
  /** The command that tells the account's own value. */
  readonly read: string;
  /** The command that asks for what is needed; absent where nothing is to be raised, or where there is no code. */
  readonly request?: string;
}

/**
 * @param resources those of one stack, in one region; a value that is not known counts as far as it can
 * @returns the quotas that the stack needs anything of, those to be raised first
 * @throws Error when a machine is not of a size whose vCPUs are known
 */
export function quotaNeeds(resources: readonly CountedResource[]): QuotaNeed[] {
  const needs = quotas
    .map((quota) => toNeed(quota, quota.count(inventory(resources))))
    .filter(({ needed }) => needed > 0);
  return [...needs.filter(isToRaise), ...needs.filter((need) => !isToRaise(need))];
}

function isToRaise({ status }: QuotaNeed): boolean {
  return status === "raise";
}

function toNeed({ count: _, ...quota }: Quota, needed: number): QuotaNeed {
  const status = needed > quota.default ? "raise" : "ok";
  const { service, code } = quota;
  // IAM's quotas are kept in one region.
  const flags = `--service-code ${service}${service === "iam" ? " --region us-east-1" : ""}`;
  const request = `aws service-quotas request-service-quota-increase ${flags} --quota-code ${code} --desired-value ${needed}`;
  return {
    ...quota,
    needed,
    status,
    read: code
      ? `aws service-quotas get-service-quota ${flags} --quota-code ${code} --query Quota.Value`
      : `aws service-quotas list-service-quotas ${flags} --query 'Quotas[].[QuotaName,Value]' --output table`,
    ...(status === "raise" && code && { request }),
  };
}

type Inputs = CountedResource["inputs"];

/** Inputs of the resources of a type. */
type Inventory = (type: string) => readonly Inputs[];

function inventory(resources: readonly CountedResource[]): Inventory {
  const byType = Map.groupBy(resources, ({ type }) => type);
  return (type) => (byType.get(type) ?? []).map(({ inputs }) => inputs);
}

interface Quota extends Pick<QuotaNeed, "name" | "service" | "code" | "default" | "counted" | "source"> {
  count(all: Inventory): number;
}

const docs = "https://docs.aws.amazon.com";
const pages = {
  ec2: `${docs}/ec2/latest/instancetypes/ec2-instance-quotas.html`,
  addresses: `${docs}/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html`,
  ebs: `${docs}/ebs/latest/userguide/ebs-resource-quotas.html`,
  vpc: `${docs}/vpc/latest/userguide/amazon-vpc-limits.html`,
  elasticache: `${docs}/AmazonElastiCache/latest/dg/quota-limits.html`,
  rds: `${docs}/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html`,
  eks: `${docs}/eks/latest/userguide/service-quotas.html`,
  iam: `${docs}/IAM/latest/UserGuide/reference_iam-quotas.html`,
  kms: `${docs}/kms/latest/developerguide/resource-limits.html`,
  secretsmanager: `${docs}/secretsmanager/latest/userguide/reference_limits.html`,
  events: `${docs}/eventbridge/latest/userguide/eb-quota.html`,
  sns: `${docs}/general/latest/gr/sns.html`,
  monitoring: `${docs}/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html`,
  logs: `${docs}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`,
};

const types = {
  nodeGroup: "aws:eks/nodeGroup:NodeGroup",
  autoscalingGroup: "aws:autoscaling/group:Group",
  launchTemplate: "aws:ec2/launchTemplate:LaunchTemplate",
  replicationGroup: "aws:elasticache/replicationGroup:ReplicationGroup",
  clusterInstance: "aws:rds/clusterInstance:ClusterInstance",
  target: "aws:appautoscaling/target:Target",
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
};

/** How many there are of a type. */
const each = (type: string) => (all: Inventory) => all(type).length;

/**
 * Codes are those of the Service Quotas console, which the documents link to. Machines, addresses and nodes come
 * first, as it is of these that a new account has too little.
 */
const quotas: readonly Quota[] = [
  {
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    service: "ec2",
    code: "L-1216C47A",
    default: 5,
    source: pages.ec2,
    counted: "vCPUs of all on-demand nodes at most, those that EKS adds during an update, and the tunnel's",
    count: (all) => nodeVirtualCpus(all, "ON_DEMAND") + groupVirtualCpus(all),
  },
  {
    name: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
    service: "ec2",
    code: "L-34B43A08",
    default: 5,
    source: pages.ec2,
    counted: "vCPUs of all spot nodes at most, and those that EKS adds during an update",
    count: (all) => nodeVirtualCpus(all, "SPOT"),
  },
  {
    name: "EC2-VPC Elastic IPs",
    service: "ec2",
    code: "L-0263D0A3",
    default: 5,
    source: pages.addresses,
    counted: "addresses of NAT gateways",
    count: each("aws:ec2/eip:Eip"),
  },
  {
    name: "Storage for General Purpose SSD (gp3) volumes, in TiB",
    service: "ebs",
    code: "L-7A658B76",
    default: 50,
    source: pages.ebs,
    counted: "disks of all nodes at most",
    count: (all) => Math.ceil((nodesAtMost(all) * largestDisk(all)) / 1024),
  },
  {
    name: "VPCs per Region",
    service: "vpc",
    code: "L-F678F1CE",
    default: 5,
    source: pages.vpc,
    counted: "VPCs, and the default one that a new account has",
    count: (all) => withDefault(all("aws:ec2/vpc:Vpc").length),
  },
  {
    name: "Internet gateways per Region",
    service: "vpc",
    code: "L-A4707A72",
    default: 5,
    source: pages.vpc,
    counted: "internet gateways, and that of the default VPC",
    count: (all) => withDefault(all("aws:ec2/internetGateway:InternetGateway").length),
  },
  {
    name: "NAT gateways per Availability Zone",
    service: "vpc",
    code: "L-FE5A380F",
    default: 5,
    source: pages.vpc,
    counted: "NAT gateways in one subnet; a zone has one public subnet",
    count: (all) => largest(all("aws:ec2/natGateway:NatGateway"), ({ subnetId }) => `${subnetId}`),
  },
  {
    name: "Interface VPC endpoints per VPC",
    service: "vpc",
    code: "L-29B6F2EB",
    default: 50,
    source: pages.vpc,
    counted: "interface endpoints",
    count: (all) => all(types.endpoint).filter(isInterface).length,
  },
  {
    name: "Gateway VPC endpoints per Region",
    service: "vpc",
    code: "L-1B52E74A",
    default: 20,
    source: pages.vpc,
    counted: "gateway endpoints",
    count: (all) => all(types.endpoint).filter((endpoint) => !isInterface(endpoint)).length,
  },
  {
    name: "VPC security groups per Region",
    service: "vpc",
    code: "L-E79EC296",
    default: 2500,
    source: pages.vpc,
    counted: "security groups",
    count: each("aws:ec2/securityGroup:SecurityGroup"),
  },
  {
    name: "Inbound or outbound rules per security group",
    service: "vpc",
    code: "L-0EA8095F",
    default: 60,
    source: pages.vpc,
    counted:
      "rules one way of the group with most; a list of prefixes counts as CloudFront's, the longest of AWS's",
    count: (all) => Math.max(rulesOfOneGroup(all(types.ingress)), rulesOfOneGroup(all(types.egress))),
  },
  {
    name: "Nodes per Region",
    service: "elasticache",
    code: "L-DFE45DF3",
    default: 300,
    source: pages.elasticache,
    counted: "nodes of all clusters, with all replicas that autoscaling may add",
    count: (all) => sum(cacheNodes(all)),
  },
  {
    name: "Nodes per cluster per instance type (Redis cluster mode enabled)",
    service: "elasticache",
    code: "L-AF354865",
    default: 90,
    source: pages.elasticache,
    counted: "nodes of the largest cluster",
    count: (all) => Math.max(0, ...cacheNodes(all)),
  },
  {
    name: "DB clusters",
    service: "rds",
    code: "L-952B80B8",
    default: 40,
    source: pages.rds,
    counted: "Aurora clusters",
    count: each("aws:rds/cluster:Cluster"),
  },
  {
    name: "DB instances",
    service: "rds",
    code: "L-7B6409FD",
    default: 40,
    source: pages.rds,
    counted: "writers and readers, with all readers that autoscaling may add",
    count: databaseInstances,
  },
  {
    name: "DB cluster parameter groups",
    service: "rds",
    code: "L-E4C808A8",
    default: 50,
    source: pages.rds,
    counted: "parameter groups of clusters",
    count: each("aws:rds/clusterParameterGroup:ClusterParameterGroup"),
  },
  {
    name: "Parameter groups",
    service: "rds",
    code: "L-DE55804A",
    default: 50,
    source: pages.rds,
    counted: "parameter groups of instances",
    count: each("aws:rds/parameterGroup:ParameterGroup"),
  },
  {
    name: "DB subnet groups",
    service: "rds",
    code: "L-48C6BF61",
    default: 50,
    source: pages.rds,
    counted: "subnet groups",
    count: each("aws:rds/subnetGroup:SubnetGroup"),
  },
  {
    name: "Proxies",
    service: "rds",
    code: "L-D94C7EA3",
    default: 20,
    source: pages.rds,
    counted: "RDS proxies",
    count: each("aws:rds/proxy:Proxy"),
  },
  {
    name: "Event subscriptions",
    service: "rds",
    code: "L-A59F4C87",
    default: 20,
    source: pages.rds,
    counted: "event subscriptions",
    count: each("aws:rds/eventSubscription:EventSubscription"),
  },
  {
    name: "Clusters",
    service: "eks",
    code: "L-1194D53C",
    default: 100,
    source: pages.eks,
    counted: "EKS clusters",
    count: each("aws:eks/cluster:Cluster"),
  },
  {
    name: "Managed node groups per cluster",
    service: "eks",
    code: "L-6D54EA21",
    default: 30,
    source: pages.eks,
    counted: "node groups of the cluster with most",
    count: (all) => largest(all(types.nodeGroup), ({ clusterName }) => `${clusterName}`),
  },
  {
    name: "Nodes per managed node group",
    service: "eks",
    code: "L-BD136A63",
    default: 450,
    source: pages.eks,
    counted: "nodes at most of the largest group",
    count: (all) => Math.max(0, ...all(types.nodeGroup).map(maxSize)),
  },
  {
    name: "Roles per account",
    service: "iam",
    code: "L-FE177D64",
    default: 1000,
    source: pages.iam,
    counted: "roles",
    count: each("aws:iam/role:Role"),
  },
  {
    name: "Customer Master Keys (CMKs)",
    service: "kms",
    code: "L-C2F1777E",
    default: 100_000,
    source: pages.kms,
    counted: "KMS keys",
    count: each("aws:kms/key:Key"),
  },
  {
    name: "Secrets per Region",
    service: "secretsmanager",
    code: "L-2F66C23C",
    default: 500_000,
    source: pages.secretsmanager,
    counted: "secrets",
    count: each("aws:secretsmanager/secret:Secret"),
  },
  {
    name: "Number of rules",
    service: "events",
    code: "L-244521F2",
    default: 300,
    source: pages.events,
    counted: "EventBridge rules",
    count: each("aws:cloudwatch/eventRule:EventRule"),
  },
  {
    name: "Topics per account",
    service: "sns",
    code: "L-61103206",
    default: 100_000,
    source: pages.sns,
    counted: "topics",
    count: each("aws:sns/topic:Topic"),
  },
  {
    name: "Metric alarms per Region",
    service: "monitoring",
    default: 5000,
    source: pages.monitoring,
    counted: "alarms",
    count: each("aws:cloudwatch/metricAlarm:MetricAlarm"),
  },
  {
    name: "Log groups per Region",
    service: "logs",
    default: 1_000_000,
    source: pages.logs,
    counted: "log groups",
    count: each("aws:cloudwatch/logGroup:LogGroup"),
  },
];

/** One more where there is any. */
function withDefault(count: number): number {
  return count > 0 ? count + 1 : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** How many the largest group has, or all of its weights together. */
function largest(
  all: readonly Inputs[],
  group: (inputs: Inputs) => string,
  weight = (_: Inputs) => 1,
): number {
  const groups = [...Map.groupBy(all, group).values()];
  return Math.max(0, ...groups.map((members) => sum(members.map(weight))));
}

function isInterface({ vpcEndpointType }: Inputs): boolean {
  return vpcEndpointType === "Interface";
}

/** Entries of `com.amazonaws.global.cloudfront.origin-facing`. Source: Amazon VPC User Guide, "AWS-managed prefix list weight". */
const prefixListWeight = 55;

function rulesOfOneGroup(rules: readonly Inputs[]): number {
  return largest(
    rules,
    ({ securityGroupId }) => `${securityGroupId}`,
    ({ prefixListId }) => (prefixListId ? prefixListWeight : 1),
  );
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function maxSize({ scalingConfig }: Inputs): number {
  return number((scalingConfig as Inputs | undefined)?.maxSize, 0);
}

/**
 * During an update of a group EKS adds nodes: two for each zone, or as many as it may take out at once where
 * those are more. Groups are updated at the same time.
 * Source: Amazon EKS User Guide, "Understand each phase of node updates", scale up phase.
 */
function nodesDuringUpdate(group: Inputs): number {
  const { subnetIds, updateConfig } = group;
  const zones = Array.isArray(subnetIds) ? subnetIds.length : 3;
  const { maxUnavailable, maxUnavailablePercentage } = (updateConfig ?? {}) as Inputs;
  const most = maxSize(group);
  const out = number(maxUnavailable, Math.ceil((most * number(maxUnavailablePercentage, 0)) / 100));
  return most + Math.max(2 * zones, out);
}

function nodeVirtualCpus(all: Inventory, capacityType: "ON_DEMAND" | "SPOT"): number {
  const groups = all(types.nodeGroup).filter((group) => (group.capacityType ?? "ON_DEMAND") === capacityType);
  return sum(groups.map((group) => nodesDuringUpdate(group) * largestMachine(group.instanceTypes)));
}

/** vCPUs of other groups' machines. Which template is whose is not known, so each group counts the largest. */
function groupVirtualCpus(all: Inventory): number {
  const machines = all(types.launchTemplate).map(({ instanceType }) => instanceType);
  const most = largestMachine(machines.filter((machine) => machine !== undefined));
  return most * sum(all(types.autoscalingGroup).map((group) => number(group.maxSize, 0)));
}

function largestMachine(machines: unknown): number {
  return Array.isArray(machines) ? Math.max(0, ...machines.map(virtualCpus)) : 0;
}

/**
 * By the sizes of EC2's families: 2 up to `large` (1 for `medium`, but for those of T), 4 for `xlarge`, and
 * multiples of that.
 */
function virtualCpus(machine: unknown): number {
  const [, family = "", times, size] =
    /^([a-z]\w*)\.(\d*)(nano|micro|small|medium|large|xlarge)$/.exec(`${machine}`) ?? [];
  if (size === "xlarge") return 4 * Number(times || 1);
  if (size === undefined || times) {
    const allowed = "a size from nano to xlarge, such as m7g.2xlarge";
    throw new Error(`found the machine ${machine}, whose vCPUs are not known; allowed: ${allowed}`);
  }
  return size === "medium" && !family.startsWith("t") ? 1 : 2;
}

function nodesAtMost(all: Inventory): number {
  return sum(all(types.nodeGroup).map(nodesDuringUpdate));
}

/** In GB. */
function largestDisk(all: Inventory): number {
  const disks = all(types.launchTemplate).flatMap(({ blockDeviceMappings }) =>
    Array.isArray(blockDeviceMappings)
      ? blockDeviceMappings.map(({ ebs }) => number(ebs?.volumeSize, 0))
      : [],
  );
  return Math.max(0, ...disks);
}

/** Nodes of each cluster. A target of autoscaling belongs to every cluster when it is not known to which. */
function cacheNodes(all: Inventory): number[] {
  return all(types.replicationGroup).map(({ replicationGroupId, numNodeGroups, replicasPerNodeGroup }) => {
    const most = (dimension: string, least: number) =>
      Math.max(
        least,
        ...all(types.target)
          .filter((target) => target.scalableDimension === `elasticache:replication-group:${dimension}`)
          .filter(({ resourceId }) => isOf(resourceId, replicationGroupId))
          .map((target) => number(target.maxCapacity, 0)),
      );
    const shards = most("NodeGroups", number(numNodeGroups, 1));
    return shards * (1 + most("Replicas", number(replicasPerNodeGroup, 0)));
  });
}

function isOf(resourceId: unknown, id: unknown): boolean {
  const isKnown = [resourceId, id].every((each) => typeof each === "string" && !each.includes(unknown));
  return !isKnown || `${resourceId}`.endsWith(`/${id}`);
}

/** What autoscaling adds, it adds to the readers that are declared. */
function databaseInstances(all: Inventory): number {
  const targets = all(types.target).filter(
    ({ scalableDimension }) => scalableDimension === "rds:cluster:ReadReplicaCount",
  );
  const added = targets.map(
    ({ minCapacity, maxCapacity }) => number(maxCapacity, 0) - number(minCapacity, 0),
  );
  return all(types.clusterInstance).length + sum(added);
}
