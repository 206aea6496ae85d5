/** Identities: policy documents, and the roles that carry them. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy document, in IAM's own words. */
export interface Statement {
  Sid?: string;
  /** Default `Allow`. */
  Effect?: "Allow" | "Deny";
  Principal?: Record<string, pulumi.Input<string | string[]>>;
  Action: string | string[];
  /** Absent in a trust policy, where the role itself is meant. */
  Resource?: pulumi.Input<string> | pulumi.Input<string>[];
  Condition?: Record<string, Record<string, pulumi.Input<string | string[]>>>;
}

/** A policy document as JSON text. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/**
 * Lets an AWS service take a role.
 *
 * @param account only on behalf of this account; absent for those that do not tell it: EC2, and RDS for proxies
 */
export function trustService(service: string, account?: string): Statement {
  return {
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    ...(account && { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
  };
}

/** Pods of one service account in one cluster, as EKS Pod Identity tags their sessions. */
export interface PodPrincipal {
  clusterName: pulumi.Input<string>;
  namespace: string;
  serviceAccount: string;
}

/** Lets pods take a role through EKS Pod Identity; only those of `principal` where it is given. */
export function trustPods(principal?: PodPrincipal): Statement {
  return {
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    ...(principal && {
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-name": principal.clusterName,
          "aws:RequestTag/kubernetes-namespace": principal.namespace,
          "aws:RequestTag/kubernetes-service-account": principal.serviceAccount,
        },
      },
    }),
  };
}

export interface RoleArgs {
  description: string;
  /** Who may take it. */
  trust: Statement;
  /** What it may do, as its only inline policy; none when empty. */
  statements?: readonly Statement[];
  /** Names of AWS's own policies, such as `AmazonEKSWorkerNodeMinimalPolicy`, with their path where they have one. */
  managedPolicies?: readonly string[];
}

/** A role with what it may do. Its policies are children of `options.parent`, as the role is. */
export function role(
  name: string,
  args: RoleArgs,
  options: pulumi.CustomResourceOptions,
): { arn: pulumi.Output<string>; name: pulumi.Output<string>; policies: pulumi.Resource[] } {
  const { description, trust, statements = [], managedPolicies = [] } = args;
  const made = new aws.iam.Role(name, { description, assumeRolePolicy: policyDocument([trust]) }, options);
  const policies: pulumi.Resource[] = managedPolicies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy.split("/").at(-1)}`,
        { role: made.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        options,
      ),
  );
  if (statements.length > 0) {
    policies.push(
      new aws.iam.RolePolicy(name, { role: made.name, policy: policyDocument(statements) }, options),
    );
  }
  return { arn: made.arn, name: made.name, policies };
}
