/** Kubernetes by EKS: the cluster, who may enter it, its nodes, its add-ons, and the way to its API server. */
import { isIPv4 } from "node:net";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { Addons, type AddonVersions, addonVersionMistakes } from "./addons.ts";
import { role, trustService } from "./iam.ts";
import { retentionMistakes } from "./log-retention.ts";
import { checkNames } from "./names.ts";
import { generationMistakes, minorOf, type NodeGeneration } from "./node-generation.ts";
import { NodeGroups } from "./node-groups.ts";
import { type Transform, transformed } from "./transform.ts";
import { Tunnel } from "./tunnel.ts";

export interface EksArgs {
  /**
   * Kubernetes version, such as `1.35`. It is raised in place, one minor version at a time, and never lowered.
   * In standard support on 2026-11-21: 1.34 until 2026-12-02, 1.35 until 2027-03-27, and 1.36. Source: EKS User
   * Guide, "Amazon EKS Kubernetes release calendar".
   */
  readonly version: string;
  /**
   * What happens at the end of standard support: `STANDARD`, the default, has EKS raise the version by itself;
   * `EXTENDED` keeps it for twelve months more, at a price.
   */
  readonly supportType?: "STANDARD" | "EXTENDED";
  readonly account: string;
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets of at least two zones, for nodes and the API server's interfaces. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Attached to nodes beside the cluster's own, to let them into databases and caches. */
  readonly workloadSecurityGroupId: pulumi.Input<string>;
  /**
   * IPv4 ranges from which the API server can be reached through a public endpoint. Default none: it has a private
   * one alone, and a `Tunnel` beside it. All addresses are refused.
   */
  readonly publicAccessCidrs?: readonly string[];
  /** ARNs of the KMS keys for Kubernetes' data, logs, and disks. */
  readonly keys: {
    readonly cluster: pulumi.Input<string>;
    readonly logs: pulumi.Input<string>;
    readonly disks: pulumi.Input<string>;
  };
  /** ARNs of the IAM roles that may do everything in the cluster. Without one here or in `deployers` nobody enters it. */
  readonly administrators: readonly string[];
  /**
   * ARNs of the pipelines' IAM roles. They install what a namespace does not bound (custom resource definitions,
   * cluster roles, namespaces), which no access policy below `AmazonEKSClusterAdminPolicy` allows; see
   * `deployerNamespaces` for those that do not.
   */
  readonly deployers: readonly string[];
  /** Namespaces that deployers are confined to, by `AmazonEKSAdminPolicy`. Default none: the whole cluster. */
  readonly deployerNamespaces?: readonly string[];
  /** Node groups by generation, such as `{ blue: … }`; see `NodeGeneration` for how they take turns. */
  readonly generations: Readonly<Record<string, NodeGeneration>>;
  /** Pinned versions of add-ons. Default none, see `AddonsArgs.versions`. */
  readonly addonVersions?: AddonVersions;
  /** Tags of instances and disks. Default none; the provider's default tags do not reach them. */
  readonly instanceTags?: Readonly<Record<string, string>>;
  /** Security group of the VPC's interface endpoints, for the tunnel. Default none: it goes through NAT. */
  readonly endpointsSecurityGroupId?: pulumi.Input<string>;
  /** Whether traffic may be moved off a zone that fails (zonal shift). Default true. */
  readonly zonalShift?: boolean;
  /** Days that the control plane's logs are kept: one of those that CloudWatch Logs knows. */
  readonly logRetentionDays: number;
  /** Whether the cluster and its logs are protected from deletion, here and in AWS. */
  readonly protect: boolean;
  readonly transform?: {
    cluster?: Transform<aws.eks.ClusterArgs>;
    launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
    nodeGroup?: Transform<aws.eks.NodeGroupArgs>;
    addon?: Transform<aws.eks.AddonArgs>;
  };
}

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

export class Eks extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  /** Of the API server, `https://…`. */
  readonly endpoint: pulumi.Output<string>;
  /** Base64. */
  readonly certificateAuthority: pulumi.Output<string>;
  /** EKS makes it: of control plane and nodes. */
  readonly clusterSecurityGroupId: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  readonly oidcIssuer: pulumi.Output<string>;
  /** Names of the nodes' autoscaling groups: `blue`, `blue-spot`, … */
  readonly autoscalingGroups: Readonly<Record<string, pulumi.Output<string>>>;
  /** Absent where the API server has a public endpoint. */
  readonly tunnel: Tunnel | undefined;
  /** What must be there before a workload: nodes with their add-ons. */
  readonly ready: readonly pulumi.Resource[];

  /**
   * @param name also the cluster's name in AWS, because the name of its log group follows from it
   * @throws InvalidInput with every wrong argument
   */
  constructor(name: string, args: EksArgs, options: pulumi.ComponentResourceOptions) {
    check(name, args);
    super("keelson:cloud:Eks", name, {}, options);
    const cluster = this.#cluster(name, args, this.#logs(name, args));
    const access = this.#access(name, cluster, args);

    this.clusterName = cluster.name;
    this.endpoint = cluster.endpoint;
    this.certificateAuthority = cluster.certificateAuthority.apply(({ data }) => data ?? "");
    this.clusterSecurityGroupId = cluster.vpcConfig.apply((it) => it.clusterSecurityGroupId ?? "");
    this.version = cluster.version;
    this.oidcIssuer = cluster.identities.apply(([identity]) => identity?.oidcs?.[0]?.issuer ?? "");

    const before = this.#addons(`${name}-node`, "nodes", [], args);
    const nodes = this.#nodes(name, before.addons, args);
    this.nodeRoleArn = nodes.roleArn;
    this.autoscalingGroups = nodes.autoscalingGroups;
    const after = this.#addons(`${name}-pod`, "pods", nodes.groups, args);
    this.tunnel = args.publicAccessCidrs?.length ? undefined : this.#tunnel(name, args);
    this.ready = [...access, ...nodes.groups, ...after.addons];
    this.registerOutputs();
  }

  /** Made before the cluster: EKS would make it itself, with neither key nor retention. */
  #logs(name: string, { keys, logRetentionDays, protect }: EksArgs): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      `${name}-control-plane`,
      { name: `/aws/eks/${name}/cluster`, kmsKeyId: keys.logs, retentionInDays: logRetentionDays },
      { parent: this, protect },
    );
  }

  #cluster(name: string, args: EksArgs, logs: pulumi.Resource): aws.eks.Cluster {
    const clusterRole = role(
      `${name}-cluster`,
      {
        description: "The cluster's control plane",
        trust: trustService("eks.amazonaws.com", args.account),
        managedPolicies: ["AmazonEKSClusterPolicy"],
      },
      { parent: this },
    );
    return new aws.eks.Cluster(
      name,
      transformed(clusterArgs(name, clusterRole.arn, args), args.transform?.cluster),
      {
        parent: this,
        protect: args.protect,
        // Its name is given, so the one that replaces it cannot be made beside it.
        deleteBeforeReplace: true,
        dependsOn: [logs, ...clusterRole.policies],
      },
    );
  }

  #access(name: string, { name: clusterName }: aws.eks.Cluster, args: EksArgs): pulumi.Resource[] {
    const { administrators, deployers, deployerNamespaces: namespaces = [] } = args;
    const everything = { policy: "AmazonEKSClusterAdminPolicy", accessScope: { type: "cluster" } };
    const confined = {
      policy: "AmazonEKSAdminPolicy",
      accessScope: { type: "namespace", namespaces: [...namespaces] },
    };
    const grants = [
      ...administrators.map((principalArn) => ({ principalArn, ...everything })),
      ...deployers.map((principalArn) => ({
        principalArn,
        ...(namespaces.length > 0 ? confined : everything),
      })),
    ];
    return grants.map(({ principalArn, policy, accessScope }) => {
      const child = `${name}-${roleName(principalArn)}`;
      const entry = new aws.eks.AccessEntry(child, { clusterName, principalArn }, { parent: this });
      const policyArn = `arn:aws:eks::aws:cluster-access-policy/${policy}`;
      return new aws.eks.AccessPolicyAssociation(
        child,
        { clusterName, principalArn: entry.principalArn, policyArn, accessScope },
        { parent: this },
      );
    });
  }

  #addons(name: string, stage: "nodes" | "pods", after: readonly pulumi.Resource[], args: EksArgs): Addons {
    return new Addons(
      name,
      {
        clusterName: this.clusterName,
        stage,
        disksKeyArn: args.keys.disks,
        after,
        versions: args.addonVersions ?? {},
        ...(args.transform?.addon && { transform: { addon: args.transform.addon } }),
      },
      { parent: this },
    );
  }

  #nodes(name: string, after: readonly pulumi.Resource[], args: EksArgs): NodeGroups {
    return new NodeGroups(
      `${name}-nodes`,
      {
        clusterName: this.clusterName,
        version: args.version,
        subnetIds: args.subnetIds,
        securityGroupIds: [this.clusterSecurityGroupId, args.workloadSecurityGroupId],
        disksKeyArn: args.keys.disks,
        generations: args.generations,
        after,
        ...(args.instanceTags && { instanceTags: args.instanceTags }),
        ...(args.transform && { transform: args.transform }),
      },
      { parent: this },
    );
  }

  #tunnel(name: string, args: EksArgs): Tunnel {
    return new Tunnel(
      `${name}-tunnel`,
      {
        clusterName: this.clusterName,
        clusterSecurityGroupId: this.clusterSecurityGroupId,
        vpcId: args.vpcId,
        subnetIds: args.subnetIds,
        disksKeyArn: args.keys.disks,
        ...(args.endpointsSecurityGroupId && { endpointsSecurityGroupId: args.endpointsSecurityGroupId }),
      },
      { parent: this },
    );
  }
}

function clusterArgs(name: string, roleArn: pulumi.Input<string>, args: EksArgs): aws.eks.ClusterArgs {
  const { publicAccessCidrs = [], supportType = "STANDARD", zonalShift = true } = args;
  const isPublic = publicAccessCidrs.length > 0;
  return {
    name,
    version: args.version,
    upgradePolicy: { supportType },
    roleArn,
    vpcConfig: {
      subnetIds: args.subnetIds,
      endpointPrivateAccess: true,
      endpointPublicAccess: isPublic,
      ...(isPublic && { publicAccessCidrs: [...publicAccessCidrs] }),
    },
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    encryptionConfig: { provider: { keyArn: args.keys.cluster }, resources: ["secrets"] },
    enabledClusterLogTypes: logTypes,
    bootstrapSelfManagedAddons: false,
    zonalShiftConfig: { enabled: zonalShift },
    deletionProtection: args.protect,
  };
}

/** The role's name with its path, as part of a resource's name. */
function roleName(arn: string): string {
  return arn.replace(/^.*:role\//, "").replaceAll("/", "-");
}

/** @throws InvalidInput with every wrong argument */
function check(name: string, args: EksArgs): void {
  const mistakes = [
    ...versionMistakes(args),
    ...accessMistakes(args),
    ...(args.publicAccessCidrs ?? []).flatMap(cidrMistakes),
    ...generationMistakes(args.generations, args.version),
    ...addonVersionMistakes(args.addonVersions ?? {}),
    ...retentionMistakes(args.logRetentionDays),
  ];
  if (mistakes.length > 0) throw new InvalidInput(`Eks "${name}"`, mistakes);
  checkNames(`Eks "${name}"`, [
    ["cluster", name],
    ["role", `${name}-cluster`],
    ["role", `${name}-nodes`],
    ["role", `${name}-pod-aws-ebs-csi-driver`],
    ...Object.keys(args.generations).map(
      (generation) => ["nodeGroup", `${name}-nodes-${generation}-spot`] as const,
    ),
  ]);
}

function versionMistakes({ version, supportType = "STANDARD" }: EksArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (Number.isNaN(minorOf(version))) {
    mistakes.push({ path: "version", found: JSON.stringify(version), allowed: "a version such as 1.35" });
  }
  if (!["STANDARD", "EXTENDED"].includes(supportType)) {
    const found = JSON.stringify(supportType);
    mistakes.push({ path: "supportType", found, allowed: '"STANDARD" or "EXTENDED"' });
  }
  return mistakes;
}

function accessMistakes({ administrators, deployers }: EksArgs): Mistake[] {
  const lists = { administrators, deployers };
  const mistakes = Object.entries(lists).flatMap(([list, arns]) =>
    arns.flatMap((arn, index): Mistake[] => {
      if (/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) return [];
      const allowed = "the ARN of an IAM role";
      return [{ path: `${list}.${index}`, found: JSON.stringify(arn), allowed }];
    }),
  );
  const names = [...administrators, ...deployers].map(roleName);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  if (twice.length > 0) {
    const allowed = "each role once, by its name";
    mistakes.push({ path: "administrators, deployers", found: JSON.stringify(twice), allowed });
  }
  return mistakes;
}

/** Ranges wider than /8 are refused too: a few of them are all addresses. */
function cidrMistakes(cidr: string, index: number): Mistake[] {
  const [address = "", length, ...rest] = cidr.split("/");
  const bits = Number(length);
  const right =
    isIPv4(address) && rest.length === 0 && /^\d{1,2}$/.test(length ?? "") && bits >= 8 && bits <= 32;
  if (right) return [];
  const allowed = "an IPv4 range of /8 to /32, such as 203.0.113.0/24";
  return [{ path: `publicAccessCidrs.${index}`, found: JSON.stringify(cidr), allowed }];
}
