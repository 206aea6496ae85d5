/** EKS, and the instances that an autoscaling group launches. */
import type { Mistake } from "../../../validate.ts";
import type { AwsType, AwsTypes, NewResource, Properties } from "./entry.ts";
import { providerDocs, replaces, updates } from "./rows.ts";

const guide = "https://docs.aws.amazon.com/eks/latest/userguide";

/** Any date will do: it must be the same in every rehearsal. */
const madeAt = "2026-01-01T00:00:00Z";

function clusterArn({ region, account, inputs }: NewResource): string {
  return `arn:aws:eks:${region}:${account}:cluster/${inputs.name}`;
}

/** A part of a cluster, such as `nodegroup/<cluster>/<name>/<id>`. */
function partArn({ region, account, inputs }: NewResource, kind: string, rest: string): string {
  return `arn:aws:eks:${region}:${account}:${kind}/${inputs.clusterName}/${rest}`;
}

function uuid({ hex }: NewResource): string {
  return hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function issuer({ region, hex }: NewResource): string {
  return `https://oidc.eks.${region}.amazonaws.com/id/${hex(32).toUpperCase()}`;
}

const cluster: AwsType = {
  specification: "AWS::EKS::Cluster",
  properties: {
    vpcConfig: "ResourcesVpcConfig",
    "vpcConfig.subnetIds": updates(`${guide}/network-reqs.html`),
    "vpcConfig.securityGroupIds": updates(`${guide}/network-reqs.html`),
    enabledClusterLogTypes: updates(`${guide}/control-plane-logs.html`),
    forceUpdateVersion: "Force",
    "kubernetesNetworkConfig.elasticLoadBalancing": updates(`${providerDocs}/eks_cluster`),
  },
  physicalName: {
    property: "name",
    limit: 100,
    pattern: /^[0-9A-Za-z][\w-]*$/,
    unique: "region",
    automatic: true,
  },
  id: ({ inputs }) => `${inputs.name}`,
  computed: {
    arn: clusterArn,
    endpoint: ({ hex, region }) => `https://${hex(32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`,
    certificateAuthority: ({ hex }) => ({
      data: Buffer.from(`-----BEGIN CERTIFICATE-----\n${hex(64)}\n-----END CERTIFICATE-----\n`).toString(
        "base64",
      ),
    }),
    identities: (resource) => [{ oidcs: [{ issuer: issuer(resource) }] }],
    "vpcConfig.clusterSecurityGroupId": ({ hex }) => `sg-0${hex(16)}`,
    "vpcConfig.vpcId": ({ hex }) => `vpc-0${hex(16)}`,
    "vpcConfig.publicAccessCidrs": () => [],
    platformVersion: () => "eks.1",
    status: () => "ACTIVE",
    createdAt: () => madeAt,
    clusterId: () => "",
  },
  holds: ["vpcConfig.subnetIds", "vpcConfig.securityGroupIds"],
  refuse: ({ inputs, previous }) => [
    ...versionSteps("version", inputs.version, previous.version),
    ...subnetCount(inputs.vpcConfig as Properties | undefined),
  ],
  undeletable: ({ inputs }) =>
    inputs.deletionProtection === true ? "deletionProtection is on: turn it off first" : undefined,
};

/** A cluster goes up by one minor version at a time, and not down. Source: EKS User Guide, "Update existing cluster". */
function versionSteps(path: string, wanted: unknown, present: unknown): Mistake[] {
  const [next, now] = [wanted, present].map((version) => Number(/^1\.(\d+)$/.exec(`${version}`)?.[1]));
  if (next === undefined || now === undefined || Number.isNaN(next) || Number.isNaN(now)) return [];
  if (next === now || next === now + 1) return [];
  return [
    { path, found: `"1.${next}"`, allowed: `"1.${now}", or "1.${now + 1}": one minor version at a time` },
  ];
}

/** Source: EKS User Guide, "View Amazon EKS networking requirements": two subnets in different zones at least. */
function subnetCount(vpcConfig: Properties | undefined): Mistake[] {
  const subnets = vpcConfig?.subnetIds;
  if (!Array.isArray(subnets) || subnets.length >= 2) return [];
  return [
    { path: "vpcConfig.subnetIds", found: `${subnets.length}`, allowed: "at least 2, in different zones" },
  ];
}

const nodeGroup: AwsType = {
  specification: "AWS::EKS::Nodegroup",
  properties: {
    nodeRoleArn: "NodeRole",
    subnetIds: "Subnets",
    nodeGroupNamePrefix: replaces(`${providerDocs}/eks_node_group`),
    forceUpdateVersion: "ForceUpdateEnabled",
    "launchTemplate.id": replaces(`${providerDocs}/eks_node_group`),
    "launchTemplate.name": replaces(`${providerDocs}/eks_node_group`),
    "remoteAccess.sourceSecurityGroupIds": "SourceSecurityGroups",
  },
  required: ["scalingConfig"],
  physicalName: {
    property: "nodeGroupName",
    limit: 63,
    pattern: /^[0-9A-Za-z][\w-]*$/,
    unique: "region",
    within: "clusterName",
    automatic: true,
  },
  id: ({ inputs }) => `${inputs.clusterName}:${inputs.nodeGroupName}`,
  computed: {
    arn: (resource) => partArn(resource, "nodegroup", `${resource.inputs.nodeGroupName}/${uuid(resource)}`),
    resources: (resource) => [
      {
        autoscalingGroups: [{ name: `eks-${resource.inputs.nodeGroupName}-${uuid(resource)}` }],
        remoteAccessSecurityGroupId: "",
      },
    ],
    status: () => "ACTIVE",
    diskSize: ({ inputs }) => inputs.diskSize ?? 20,
    amiType: ({ inputs }) => inputs.amiType ?? "AL2023_x86_64_STANDARD",
    capacityType: ({ inputs }) => inputs.capacityType ?? "ON_DEMAND",
    instanceTypes: ({ inputs }) => inputs.instanceTypes ?? ["t3.medium"],
    version: ({ inputs, previous, find }) =>
      inputs.version ??
      previous.version ??
      find("aws:eks/cluster:Cluster", inputs.clusterName)?.outputs.version ??
      "1.35",
    releaseVersion: ({ inputs }) => inputs.releaseVersion ?? `${inputs.version ?? "1.35"}.0-20260101`,
  },
  // EKS puts the role into an instance profile of its own.
  holds: ["clusterName", "nodeRoleArn", "subnetIds"],
  refuse: ({ inputs, find }) => [
    ...scalingMistakes(inputs.scalingConfig as Properties | undefined),
    ...skewMistakes(inputs.version, find("aws:eks/cluster:Cluster", inputs.clusterName)?.outputs.version),
    ...templateMistakes(inputs),
  ],
};

/** Source: EKS API Reference, NodegroupScalingConfig. */
function scalingMistakes(scaling: Properties | undefined): Mistake[] {
  const [min, desired, max] = [scaling?.minSize, scaling?.desiredSize, scaling?.maxSize];
  if (typeof min !== "number" || typeof desired !== "number" || typeof max !== "number") return [];
  if (min <= desired && desired <= max && max >= 1) return [];
  const allowed = "minSize at most desiredSize, desiredSize at most maxSize, maxSize at least 1";
  return [{ path: "scalingConfig", found: JSON.stringify({ min, desired, max }), allowed }];
}

/** Nodes are not newer than their control plane, and at most three versions older. Source: Kubernetes version skew policy. */
function skewMistakes(nodes: unknown, controlPlane: unknown): Mistake[] {
  const [node, api] = [nodes, controlPlane].map((version) => Number(/^1\.(\d+)$/.exec(`${version}`)?.[1]));
  if (node === undefined || api === undefined || Number.isNaN(node) || Number.isNaN(api)) return [];
  if (node <= api && node >= api - 3) return [];
  return [
    { path: "version", found: `"1.${node}"`, allowed: `from "1.${api - 3}" to the cluster's "1.${api}"` },
  ];
}

/** Source: EKS User Guide, "Customize managed nodes with launch templates". */
function templateMistakes({ launchTemplate, diskSize, remoteAccess }: Properties): Mistake[] {
  if (!launchTemplate || (diskSize === undefined && remoteAccess === undefined)) return [];
  const path = diskSize === undefined ? "remoteAccess" : "diskSize";
  return [{ path, found: "beside a launch template", allowed: "in the launch template" }];
}

const accessEntry: AwsType = {
  specification: "AWS::EKS::AccessEntry",
  properties: { userName: "Username" },
  id: ({ inputs }) => `${inputs.clusterName}:${inputs.principalArn}`,
  computed: {
    accessEntryArn: (resource) => {
      const [, , , , account, principal = ""] = `${resource.inputs.principalArn}`.split(":");
      return partArn(resource, "access-entry", `${principal.replace("/", `/${account}/`)}/${uuid(resource)}`);
    },
    createdAt: () => madeAt,
    modifiedAt: () => madeAt,
    kubernetesGroups: ({ inputs }) => inputs.kubernetesGroups ?? [],
    userName: ({ inputs }) => {
      const [, , , , account, principal = ""] = `${inputs.principalArn}`.split(":");
      const role = principal.split("/").at(-1);
      return inputs.userName ?? `arn:aws:sts::${account}:assumed-role/${role}/{{SessionName}}`;
    },
  },
  renewed: ["modifiedAt"],
};

const policyAssociation: AwsType = {
  properties: {
    accessScope: replaces(`${providerDocs}/eks_access_policy_association`),
    clusterName: replaces(`${providerDocs}/eks_access_policy_association`),
    policyArn: replaces(`${providerDocs}/eks_access_policy_association`),
    principalArn: replaces(`${providerDocs}/eks_access_policy_association`),
  },
  required: ["accessScope", "clusterName", "policyArn", "principalArn"],
  id: ({ inputs }) => `${inputs.clusterName}#${inputs.principalArn}#${inputs.policyArn}`,
  computed: { associatedAt: () => madeAt, modifiedAt: () => madeAt },
};

const addon: AwsType = {
  specification: "AWS::EKS::Addon",
  properties: {
    preserve: "PreserveOnDelete",
    resolveConflictsOnCreate: updates(`${providerDocs}/eks_addon`),
    resolveConflictsOnUpdate: updates(`${providerDocs}/eks_addon`),
  },
  id: ({ inputs }) => `${inputs.clusterName}:${inputs.addonName}`,
  computed: {
    arn: (resource) => partArn(resource, "addon", `${resource.inputs.addonName}/${uuid(resource)}`),
    addonVersion: ({ inputs, previous }) =>
      inputs.addonVersion ?? previous.addonVersion ?? "v1.0.0-eksbuild.1",
    configurationValues: ({ inputs }) => inputs.configurationValues ?? "",
    createdAt: () => madeAt,
    modifiedAt: () => madeAt,
  },
  renewed: ["modifiedAt"],
  refuse: ({ inputs }) => configurationMistakes(inputs.configurationValues),
};

function configurationMistakes(values: unknown): Mistake[] {
  if (typeof values !== "string" || values === "") return [];
  try {
    JSON.parse(values);
    return [];
  } catch {
    return [
      { path: "configurationValues", found: JSON.stringify(values), allowed: "JSON or YAML of its schema" },
    ];
  }
}

const podIdentityAssociation: AwsType = {
  specification: "AWS::EKS::PodIdentityAssociation",
  id: (resource) => `a-${resource.hex(17)}`,
  computed: {
    associationId: (resource) => `a-${resource.hex(17)}`,
    associationArn: (resource) => partArn(resource, "podidentityassociation", `a-${resource.hex(17)}`),
    disableSessionTags: ({ inputs }) => inputs.disableSessionTags ?? false,
    externalId: () => "",
  },
};

const template = `${providerDocs}/launch_template`;

/** CloudFormation has a template's data in a property of its own; each change of it makes a new version. */
const launchTemplate: AwsType = {
  properties: {
    ...Object.fromEntries(
      [
        "blockDeviceMappings",
        "creditSpecification",
        "defaultVersion",
        "description",
        "disableApiStop",
        "disableApiTermination",
        "ebsOptimized",
        "iamInstanceProfile",
        "imageId",
        "instanceType",
        "instanceMarketOptions",
        "instanceRequirements",
        "keyName",
        "maintenanceOptions",
        "metadataOptions",
        "monitoring",
        "networkInterfaces",
        "placement",
        "tagSpecifications",
        "updateDefaultVersion",
        "userData",
        "vpcSecurityGroupIds",
      ].map((property) => [property, updates(template)] as const),
    ),
    name: replaces(template),
    namePrefix: replaces(template),
  },
  taggable: { value: true, source: template },
  physicalName: {
    property: "name",
    limit: 128,
    pattern: /^[\w().\-/]{3,}$/,
    unique: "region",
    automatic: true,
  },
  id: ({ hex }) => `lt-0${hex(16)}`,
  computed: {
    arn: ({ region, account, hex }) => `arn:aws:ec2:${region}:${account}:launch-template/lt-0${hex(16)}`,
    latestVersion: nextVersion,
    defaultVersion: (resource) =>
      resource.inputs.updateDefaultVersion ? nextVersion(resource) : (resource.inputs.defaultVersion ?? 1),
  },
  renewed: ["latestVersion", "defaultVersion"],
};

function nextVersion({ previous }: NewResource): number {
  return Number(previous.latestVersion ?? 0) + 1;
}

const autoscalingGroup: AwsType = {
  specification: "AWS::AutoScaling::AutoScalingGroup",
  properties: {
    name: "AutoScalingGroupName",
    namePrefix: replaces(`${providerDocs}/autoscaling_group`),
    vpcZoneIdentifiers: "VPCZoneIdentifier",
    "launchTemplate.id": "LaunchTemplateId",
    "launchTemplate.name": "LaunchTemplateName",
    instanceRefresh: updates(`${providerDocs}/autoscaling_group`),
  },
  physicalName: { property: "name", limit: 255, pattern: /^[ -9;-~]+$/, unique: "region", automatic: true },
  id: ({ inputs }) => `${inputs.name}`,
  computed: {
    arn: (resource) =>
      `arn:aws:autoscaling:${resource.region}:${resource.account}:autoScalingGroup:${uuid(resource)}:autoScalingGroupName/${resource.inputs.name}`,
    desiredCapacity: ({ inputs }) => inputs.desiredCapacity ?? inputs.minSize,
    defaultCooldown: ({ inputs }) => inputs.defaultCooldown ?? 300,
    healthCheckType: ({ inputs }) => inputs.healthCheckType ?? "EC2",
    serviceLinkedRoleArn: ({ account }) =>
      `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    availabilityZones: ({ region }) => [`${region}a`, `${region}b`, `${region}c`],
    predictedCapacity: () => 0,
    warmPoolSize: () => 0,
  },
  holds: ["vpcZoneIdentifiers"],
};

const autoscalingTag: AwsType = {
  properties: {
    autoscalingGroupName: replaces(`${providerDocs}/autoscaling_group_tag`),
    tag: updates(`${providerDocs}/autoscaling_group_tag`),
    "tag.key": replaces(`${providerDocs}/autoscaling_group_tag`),
    "tag.value": updates(`${providerDocs}/autoscaling_group_tag`),
    "tag.propagateAtLaunch": updates(`${providerDocs}/autoscaling_group_tag`),
  },
  required: ["autoscalingGroupName", "tag"],
  id: ({ inputs }) => `${inputs.autoscalingGroupName},${(inputs.tag as Properties | undefined)?.key}`,
};

export const eks: AwsTypes = {
  "aws:eks/cluster:Cluster": cluster,
  "aws:eks/nodeGroup:NodeGroup": nodeGroup,
  "aws:eks/accessEntry:AccessEntry": accessEntry,
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": policyAssociation,
  "aws:eks/addon:Addon": addon,
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": podIdentityAssociation,
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
  "aws:autoscaling/group:Group": autoscalingGroup,
  "aws:autoscaling/tag:Tag": autoscalingTag,
};
