/** Managed node groups: generations that come and go beside one another, each on-demand with an optional spot group. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput } from "../../validate.ts";
import { role, trustService } from "./iam.ts";
import { checkNames } from "./names.ts";
import { generationMistakes, type NodeGeneration } from "./node-generation.ts";
import { type Transform, transformed } from "./transform.ts";

export interface NodeGroupsArgs {
  readonly clusterName: pulumi.Input<string>;
  /** The cluster's Kubernetes version. */
  readonly version: string;
  /** Private subnets. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Attached to every node; the cluster's own is among them, or nodes and control plane could not talk. */
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** ARN of the KMS key that disks are encrypted with. Its policy lets the autoscaling service-linked role use it. */
  readonly disksKeyArn: pulumi.Input<string>;
  /** By name, at most three. */
  readonly generations: Readonly<Record<string, NodeGeneration>>;
  /** Tags of instances, disks and network interfaces, which the provider's default tags do not reach. Default none. */
  readonly instanceTags?: Readonly<Record<string, string>>;
  /** What must be there before the first node: the add-ons that make it ready. */
  readonly after?: readonly pulumi.Resource[];
  readonly transform?: {
    launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
    nodeGroup?: Transform<aws.eks.NodeGroupArgs>;
  };
}

/** Says of a node what it is paid by: `on-demand` or `spot`. */
export const capacityLabel = "keelson.dev/capacity";
/** Says of a node which generation it belongs to. */
export const generationLabel = "keelson.dev/generation";
/** What a pod tolerates to run on spot nodes. */
export const spotTaint = { key: "keelson.dev/spot", value: "true", effect: "NO_SCHEDULE" } as const;
const drainingTaint = { key: "keelson.dev/draining", value: "true", effect: "NO_SCHEDULE" } as const;

export class NodeGroups extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  /** Names of the autoscaling groups: `blue`, `blue-spot`, … */
  readonly autoscalingGroups: Readonly<Record<string, pulumi.Output<string>>>;
  readonly groups: readonly aws.eks.NodeGroup[];

  /** @throws InvalidInput when a generation is wrong or none takes pods */
  constructor(name: string, args: NodeGroupsArgs, options: pulumi.ComponentResourceOptions) {
    const mistakes = generationMistakes(args.generations, args.version);
    if (mistakes.length > 0) throw new InvalidInput(`NodeGroups "${name}"`, mistakes);
    const groups = Object.entries(args.generations).flatMap(([generation, it]) => groupsOf(generation, it));
    checkNames(`NodeGroups "${name}"`, [
      ["role", name],
      ...groups.map((group) => ["nodeGroup", `${name}-${group.name}`] as const),
    ]);
    super("keelson:cloud:NodeGroups", name, {}, options);

    const nodeRole = role(
      name,
      {
        description: "Nodes of the cluster: joining it and pulling images",
        trust: trustService("ec2.amazonaws.com"),
        managedPolicies: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
      },
      { parent: this },
    );
    this.roleArn = nodeRole.arn;
    const after = [...nodeRole.policies, ...(args.after ?? [])];
    const made = groups.map((group) => ({
      group,
      nodeGroup: this.#group(`${name}-${group.name}`, group, args, after),
    }));
    this.groups = made.map(({ nodeGroup }) => nodeGroup);
    this.autoscalingGroups = Object.fromEntries(
      made.map(({ group, nodeGroup }) => [group.name, autoscalingGroupOf(nodeGroup)]),
    );
    for (const { group } of made) this.#templateTags(`${name}-${group.name}`, group);
    this.registerOutputs();
  }

  #group(name: string, group: Group, args: NodeGroupsArgs, after: pulumi.Resource[]): aws.eks.NodeGroup {
    const child = { parent: this };
    const template = new aws.ec2.LaunchTemplate(
      name,
      transformed(launchTemplate(name, group, args), args.transform?.launchTemplate),
      child,
    );
    return new aws.eks.NodeGroup(
      name,
      transformed(nodeGroupArgs(group, template, this.roleArn, args), args.transform?.nodeGroup),
      { ...child, dependsOn: after, ignoreChanges: ["scalingConfig.desiredSize"] },
    );
  }

  /** For groups that start without a node. */
  #templateTags(name: string, group: Group): void {
    const autoscalingGroupName = this.autoscalingGroups[group.name] ?? "";
    for (const { key, value, suffix } of group.min === 0 ? templateTags(group) : []) {
      new aws.autoscaling.Tag(
        `${name}-${suffix}`,
        { autoscalingGroupName, tag: { key, value, propagateAtLaunch: false } },
        { parent: this },
      );
    }
  }
}

function autoscalingGroupOf({ resources }: aws.eks.NodeGroup): pulumi.Output<string> {
  return resources.apply(([resource]) => resource?.autoscalingGroups?.[0]?.name ?? "");
}

/** One managed node group of a generation. */
interface Group {
  /** `blue` or `blue-spot`. */
  readonly name: string;
  readonly generation: NodeGeneration;
  readonly capacity: "on-demand" | "spot";
  readonly instanceTypes: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { key: string; value: string; effect: "NO_SCHEDULE" }[];
}

function groupsOf(name: string, generation: NodeGeneration): Group[] {
  const { instanceType, min, max, spot, draining } = generation;
  const draws = draining ? [drainingTaint] : [];
  const labels = (capacity: string) => ({ [capacityLabel]: capacity, [generationLabel]: name });
  const base: Group = {
    name,
    generation,
    capacity: "on-demand",
    instanceTypes: [instanceType],
    min,
    max,
    labels: labels("on-demand"),
    taints: draws,
  };
  if (!spot) return [base];
  return [
    base,
    {
      ...base,
      name: `${name}-spot`,
      capacity: "spot",
      instanceTypes: spot.instanceTypes,
      min: 0,
      max: spot.max,
      labels: labels("spot"),
      taints: [spotTaint, ...draws],
    },
  ];
}

function launchTemplate(name: string, group: Group, args: NodeGroupsArgs): aws.ec2.LaunchTemplateArgs {
  const tags = { ...args.instanceTags, Name: name };
  return {
    description: `Nodes of ${name}`,
    updateDefaultVersion: true,
    vpcSecurityGroupIds: [...args.securityGroupIds],
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeType: "gp3",
          volumeSize: group.generation.diskSize,
          encrypted: "true",
          kmsKeyId: args.disksKeyArn,
          deleteOnTermination: "true",
        },
      },
    ],
    // One hop ends at the node: no pod reaches the node's credentials.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    monitoring: { enabled: true },
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
      resourceType,
      tags,
    })),
  };
}

function nodeGroupArgs(
  group: Group,
  template: aws.ec2.LaunchTemplate,
  nodeRoleArn: pulumi.Input<string>,
  args: NodeGroupsArgs,
): aws.eks.NodeGroupArgs {
  const { version = args.version, releaseVersion } = group.generation;
  return {
    clusterName: args.clusterName,
    nodeRoleArn,
    subnetIds: args.subnetIds,
    amiType: "AL2023_ARM_64_STANDARD",
    capacityType: group.capacity === "spot" ? "SPOT" : "ON_DEMAND",
    instanceTypes: [...group.instanceTypes],
    version,
    ...(releaseVersion && { releaseVersion }),
    launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
    scalingConfig: { minSize: group.min, desiredSize: group.min, maxSize: group.max },
    // New nodes first, then the old ones a third at a time.
    updateConfig: { maxUnavailablePercentage: 33, updateStrategy: "DEFAULT" },
    nodeRepairConfig: { enabled: true },
    labels: { ...group.labels },
    taints: [...group.taints],
  };
}

/**
 * What the cluster autoscaler knows of a node before there is one. EKS tags its groups for discovery
 * (`k8s.io/cluster-autoscaler/enabled` and `/<cluster>`), but passes on neither labels nor taints.
 */
function templateTags(group: Group): { key: string; value: string; suffix: string }[] {
  const prefix = "k8s.io/cluster-autoscaler/node-template";
  const last = (key: string) => key.split("/").at(-1);
  return [
    ...Object.entries(group.labels).map(([key, value]) => ({
      key: `${prefix}/label/${key}`,
      value,
      suffix: `label-${last(key)}`,
    })),
    ...group.taints.map(({ key, value }) => ({
      key: `${prefix}/taint/${key}`,
      value: `${value}:NoSchedule`,
      suffix: `taint-${last(key)}`,
    })),
  ];
}
