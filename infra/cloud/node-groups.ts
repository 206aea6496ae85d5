/** Managed node groups: generations that come and go beside one another, each on-demand with an optional spot group. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { scaling } from "../../objectives.ts";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { role, trustService } from "./iam.ts";
import { type NodeType, nodeTypes } from "./machines.ts";
import { checkNames } from "./names.ts";
import { type Transform, transformed } from "./transform.ts";

/**
 * One generation of node groups: added beside another, drained, and removed without touching the other.
 *
 * Blue/green, one `pulumi up` a step: add `green`; set `draining` on `blue`, so that new pods go to green, and
 * restart what runs on blue (`kubectl rollout restart`); remove `blue`. EKS drains a group that is deleted and
 * honours disruption budgets while it does, so the second step may be left out where a rush is no matter.
 */
export interface NodeGeneration {
  /** Machine of the on-demand group. */
  readonly instanceType: NodeType;
  /**
   * Nodes of the on-demand group at least. It starts with as many; from then on the cluster autoscaler owns the
   * number. EKS refuses a least number above the present one: scale the group up by hand before raising it.
   */
  readonly min: number;
  /** Nodes of the on-demand group at most, 1 to 450. */
  readonly max: number;
  /** A second group of spot nodes, from none up, for what tolerates `spotTaint`. Default none. */
  readonly spot?: {
    /** Graviton types of one shape (`c7g.large`, `c6g.large`): the autoscaler takes them for alike. */
    readonly instanceTypes: readonly string[];
    /** Nodes at most, 1 to 450. */
    readonly max: number;
  };
  /** GB of a node's disk, 20 to 100. */
  readonly diskSize: number;
  /** Kubernetes version of its nodes, default the cluster's; at most three minor versions behind it. */
  readonly version?: string;
  /** Release of the node image, such as `1.35.2-20261106`. Default the newest at the time it is made or its version changes. */
  readonly releaseVersion?: string;
  /** Whether it takes no new pods, default false. What runs on it goes on until it is removed. */
  readonly draining?: boolean;
}

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

/** Blue, green, and one that is on its way out. */
const mostGenerations = 3;
/** EKS quota "Nodes per managed node group". */
const mostNodes = 450;
/** Kubernetes version skew policy: how far a kubelet may be behind the API server. */
const mostVersionsBehind = 3;

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

/** Every mistake in the generations of a cluster of this version, below `generations`. */
export function generationMistakes(
  generations: Readonly<Record<string, NodeGeneration>>,
  clusterVersion: string,
): Mistake[] {
  const names = Object.keys(generations);
  const mistakes = Object.entries(generations).flatMap(([name, generation]) => [
    ...nameMistakes(name),
    ...sizeMistakes(`generations.${name}`, generation),
    ...spotMistakes(`generations.${name}.spot`, generation),
    ...versionMistakes(`generations.${name}`, generation, clusterVersion),
  ]);
  if (names.length > mostGenerations) {
    mistakes.push({
      path: "generations",
      found: JSON.stringify(names),
      allowed: `at most ${mostGenerations}`,
    });
  }
  if (!Object.values(generations).some(({ draining, min }) => !draining && min > 0)) {
    mistakes.push({
      path: "generations",
      found: JSON.stringify(names),
      allowed: "at least one that is not draining and has a node at least",
    });
  }
  return mistakes;
}

function nameMistakes(name: string): Mistake[] {
  if (/^[a-z][a-z0-9]{0,11}$/.test(name)) return [];
  const allowed = "names of 1 to 12 lower-case letters and digits, a letter first";
  return [{ path: "generations", found: JSON.stringify(name), allowed }];
}

function sizeMistakes(path: string, { instanceType, min, max, diskSize }: NodeGeneration): Mistake[] {
  const { storage } = scaling.node;
  return [
    ...machineMistakes(`${path}.instanceType`, instanceType),
    ...within(`${path}.min`, min, 0, Math.min(max, mostNodes)),
    ...within(`${path}.max`, max, 1, mostNodes),
    ...within(`${path}.diskSize`, diskSize, storage.min.value, storage.max.value),
  ];
}

function machineMistakes(path: string, type: NodeType): Mistake[] {
  const machine = nodeTypes[type];
  const { cpu, memory } = scaling.node;
  const fits =
    machine &&
    machine.cpu >= cpu.min.value &&
    machine.cpu <= cpu.max.value &&
    machine.memory >= memory.min.value &&
    machine.memory <= memory.max.value;
  if (fits) return [];
  const bounds = `${cpu.min.value} to ${cpu.max.value} CPU and ${memory.min.value} to ${memory.max.value} GB`;
  const allowed = `one of ${Object.keys(nodeTypes).join(", ")} with ${bounds}`;
  return [{ path, found: JSON.stringify(type), allowed }];
}

/** A Graviton type: family letter, generation with a `g`, size. */
const graviton = /^([cmr])\d+g[a-z]*\.(large|xlarge|2xlarge)$/;

function spotMistakes(path: string, { spot, instanceType }: NodeGeneration): Mistake[] {
  if (!spot) return [];
  const shape = shapeOf(instanceType);
  const right = spot.instanceTypes.length > 0 && spot.instanceTypes.every((type) => shapeOf(type) === shape);
  const mistakes = within(`${path}.max`, spot.max, 1, mostNodes);
  if (right) return mistakes;
  const allowed = `Graviton types with the CPU and memory of ${instanceType}, one at least`;
  return [...mistakes, { path: `${path}.instanceTypes`, found: JSON.stringify(spot.instanceTypes), allowed }];
}

/** Types of one family letter and one size have the same CPU and memory. */
function shapeOf(type: string): string | undefined {
  const [, family, size] = graviton.exec(type) ?? [];
  return family && `${family} ${size}`;
}

function versionMistakes(path: string, generation: NodeGeneration, clusterVersion: string): Mistake[] {
  const { version = clusterVersion, releaseVersion } = generation;
  const mistakes: Mistake[] = [];
  if (Number.isNaN(minorOf(clusterVersion))) return mistakes;
  const behind = minorOf(clusterVersion) - minorOf(version);
  if (!(behind >= 0 && behind <= mostVersionsBehind)) {
    const allowed = `${clusterVersion} or up to ${mostVersionsBehind} minor versions behind`;
    mistakes.push({ path: `${path}.version`, found: JSON.stringify(version), allowed });
  }
  if (releaseVersion && !new RegExp(`^${version.replace(".", "\\.")}\\.\\d+-\\d{8}$`).test(releaseVersion)) {
    const allowed = `a release of ${version}, such as ${version}.2-20261106`;
    mistakes.push({ path: `${path}.releaseVersion`, found: JSON.stringify(releaseVersion), allowed });
  }
  return mistakes;
}

/** The second part of `1.35`; not a number where it is written otherwise. */
export function minorOf(version: string): number {
  return Number(/^1\.(\d+)$/.exec(version)?.[1]);
}

function within(path: string, value: number, least: number, most: number): Mistake[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [{ path, found: `${value}`, allowed: `a whole number from ${least} to ${most}` }];
}
