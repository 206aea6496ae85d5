/** Add-ons of a cluster that EKS installs and keeps. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { type RoleArgs, role, type Statement, trustPods } from "./iam.ts";
import { checkNames } from "./names.ts";
import { type Transform, transformed } from "./transform.ts";

interface AddonDefinition {
  /** Before the first node, because no node is ready without it; or after, because it runs on them. */
  readonly stage: "nodes" | "pods";
  /** Settings that differ from its defaults. */
  readonly configuration?: object;
  /** What its pods may do in AWS, where they need to. */
  readonly identity?: {
    readonly serviceAccount: string;
    readonly managedPolicy: string;
    /** Whether it encrypts volumes with the key for disks. */
    readonly usesDisksKey?: boolean;
  };
}

/**
 * The last four are by their communities: EKS installs and updates them and checks that they fit the version.
 * Sources: EKS User Guide, "AWS add-ons" and "Community add-ons".
 */
export const addonTable = {
  "vpc-cni": {
    stage: "nodes",
    configuration: {
      enableNetworkPolicy: "true",
      // A prefix is 16 addresses in one call: pods of a surge do not wait for addresses one by one.
      env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" },
    },
    identity: { serviceAccount: "aws-node", managedPolicy: "AmazonEKS_CNI_Policy" },
  },
  "kube-proxy": { stage: "nodes" },
  "eks-pod-identity-agent": { stage: "nodes" },
  "eks-node-monitoring-agent": { stage: "pods" },
  coredns: {
    stage: "pods",
    configuration: { autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 10 } },
  },
  "aws-ebs-csi-driver": {
    stage: "pods",
    identity: {
      serviceAccount: "ebs-csi-controller-sa",
      managedPolicy: "service-role/AmazonEBSCSIDriverPolicy",
      usesDisksKey: true,
    },
  },
  "metrics-server": { stage: "pods" },
  "kube-state-metrics": { stage: "pods" },
  "prometheus-node-exporter": { stage: "pods" },
} as const satisfies Record<string, AddonDefinition>;

export type AddonName = keyof typeof addonTable;

/** Versions by add-on, such as `v1.21.1-eksbuild.1`. */
export type AddonVersions = Readonly<Partial<Record<AddonName, string>>>;

export interface AddonsArgs {
  readonly clusterName: pulumi.Input<string>;
  /** Which of them: those before the nodes, or those that run on nodes. */
  readonly stage: AddonDefinition["stage"];
  /** ARN of the KMS key that volumes are encrypted with. */
  readonly disksKeyArn: pulumi.Input<string>;
  /**
   * Default none: EKS takes its default for the cluster's version when it makes an add-on, and leaves it there
   * until a version is given. `aws eks describe-addon-versions` lists them.
   */
  readonly versions?: AddonVersions;
  /** What must be there before. */
  readonly after?: readonly pulumi.Resource[];
  readonly transform?: { addon?: Transform<aws.eks.AddonArgs> };
}

export class Addons extends pulumi.ComponentResource {
  readonly addons: readonly aws.eks.Addon[];

  /** @throws InvalidInput when a version is wrong, or the name leaves no room for the roles' */
  constructor(name: string, args: AddonsArgs, options: pulumi.ComponentResourceOptions) {
    const mistakes = addonVersionMistakes(args.versions ?? {});
    if (mistakes.length > 0) throw new InvalidInput(`Addons "${name}"`, mistakes);
    checkNames(`Addons "${name}"`, [["role", `${name}-aws-ebs-csi-driver`]]);
    super("keelson:cloud:Addons", name, {}, options);
    const definitions = Object.entries<AddonDefinition>(addonTable) as [AddonName, AddonDefinition][];
    this.addons = definitions
      .filter(([, { stage }]) => stage === args.stage)
      .map(([addon, definition]) => this.#addon(name, addon, definition, args));
    this.registerOutputs();
  }

  #addon(prefix: string, addonName: AddonName, definition: AddonDefinition, args: AddonsArgs): aws.eks.Addon {
    const { configuration, identity } = definition;
    const name = `${prefix}-${addonName}`;
    const version = args.versions?.[addonName];
    const identityRole = identity && role(name, identityOf(identity, args), { parent: this });
    return new aws.eks.Addon(
      name,
      transformed(
        {
          clusterName: args.clusterName,
          addonName,
          ...(version && { addonVersion: version }),
          ...(configuration && { configurationValues: JSON.stringify(configuration) }),
          ...(identity &&
            identityRole && {
              podIdentityAssociations: [
                { serviceAccount: identity.serviceAccount, roleArn: identityRole.arn },
              ],
            }),
          // What is written here is what runs: a change made by hand in the cluster does not stay.
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
        },
        args.transform?.addon,
      ),
      { parent: this, dependsOn: [...(args.after ?? []), ...(identityRole?.policies ?? [])] },
    );
  }
}

function identityOf(identity: NonNullable<AddonDefinition["identity"]>, args: AddonsArgs): RoleArgs {
  const { serviceAccount, managedPolicy, usesDisksKey } = identity;
  return {
    description: `Pods of ${serviceAccount}`,
    trust: trustPods({ clusterName: args.clusterName, namespace: "kube-system", serviceAccount }),
    managedPolicies: [managedPolicy],
    statements: usesDisksKey ? encryptsVolumes(args.disksKeyArn) : [],
  };
}

/** Source: EKS User Guide, "Amazon EBS CSI driver IAM role", for a key of one's own. */
function encryptsVolumes(keyArn: pulumi.Input<string>): Statement[] {
  return [
    {
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Resource: keyArn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      Action: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      Resource: keyArn,
    },
  ];
}

/** Every mistake in the versions, below `addonVersions`. */
export function addonVersionMistakes(versions: AddonVersions): Mistake[] {
  return Object.entries(versions).flatMap(([name, version]): Mistake[] => {
    if (!(name in addonTable)) {
      const allowed = `one of ${Object.keys(addonTable).join(", ")}`;
      return [{ path: "addonVersions", found: JSON.stringify(name), allowed }];
    }
    if (/^v\d+\.\d+\.\d+-eksbuild\.\d+$/.test(version)) return [];
    const allowed = "a version such as v1.21.1-eksbuild.1";
    return [{ path: `addonVersions.${name}`, found: JSON.stringify(version), allowed }];
  });
}
