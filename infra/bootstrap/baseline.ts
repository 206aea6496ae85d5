/** What every account of the platform has switched on, whatever runs in it. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/**
 * Services whose service-linked role the platform needs, as the first part of their `…amazonaws.com`. Most services
 * make their own at first use, for a caller who may create it; with those made here, the first `pulumi up`
 * neither needs that right nor meets a role that is seconds old.
 */
export const serviceLinkedRoles = [
  "autoscaling",
  "eks",
  "eks-nodegroup",
  "elasticache",
  "elasticache.application-autoscaling",
  "elasticloadbalancing",
  "rds",
  "rds.application-autoscaling",
  "spot",
] as const;

export interface BaselineArgs {
  /** Where disks are encrypted by default. */
  regions: readonly string[];
  /** Service-linked roles that the account lacks; AWS refuses to make one that is there. */
  serviceLinkedRoles: readonly (typeof serviceLinkedRoles)[number][];
}

/** No bucket is public, every disk is encrypted, and the services have the roles they act by. */
export class Baseline extends pulumi.ComponentResource {
  constructor(name: string, args: BaselineArgs, options?: pulumi.ComponentResourceOptions) {
    super("keelson:bootstrap:Baseline", name, {}, options);
    const child = { parent: this };
    new aws.s3.AccountPublicAccessBlock(
      name,
      {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    for (const region of args.regions) {
      new aws.ebs.EncryptionByDefault(`${name}-${region}`, { enabled: true, region }, child);
    }
    for (const service of args.serviceLinkedRoles) {
      // AWS does not delete one that is in use, and what else the account runs may use it.
      new aws.iam.ServiceLinkedRole(
        `${name}-${service}`,
        { awsServiceName: `${service}.amazonaws.com` },
        { ...child, retainOnDelete: true },
      );
    }
    this.registerOutputs();
  }
}
