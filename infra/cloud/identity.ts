/** What each workload may do in AWS: a role for its service account, through EKS Pod Identity. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { role, type Statement, trustPods } from "./iam.ts";
import { checkNames } from "./names.ts";

/** Each with its service account. */
export const serviceAccounts = {
  api: "api",
  migration: "migration",
  monitoring: "monitoring",
  clusterAutoscaler: "cluster-autoscaler",
} as const;

export type Workload = keyof typeof serviceAccounts;

/** Where each runs unless it is said otherwise. */
const defaultNamespaces: Readonly<Record<Workload, string>> = {
  api: "keelson",
  migration: "keelson",
  monitoring: "monitoring",
  clusterAutoscaler: "kube-system",
};

export interface IdentityArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly account: string;
  readonly region: string;
  /** ARNs of secrets in Secrets Manager. */
  readonly secrets: {
    /** The API's Redis user. */
    readonly redis: pulumi.Input<string>;
    /** The API's database role. */
    readonly service: pulumi.Input<string>;
    /** The database role that owns the schema. */
    readonly migration: pulumi.Input<string>;
    /** The database's administrator, who makes the other roles. Default none: they are made elsewhere. */
    readonly master?: pulumi.Input<string>;
    /** What metrics are read with. */
    readonly monitoring: readonly pulumi.Input<string>[];
  };
  /** ARN of the KMS key that they are encrypted with. */
  readonly secretsKeyArn: pulumi.Input<string>;
  /** Default `keelson` for the API and migrations, `monitoring`, and `kube-system` for the autoscaler. */
  readonly namespaces?: Readonly<Partial<Record<Workload, string>>>;
}

export class Identity extends pulumi.ComponentResource {
  /** ARNs. */
  readonly roles: Readonly<Record<Workload, pulumi.Output<string>>>;
  /** Namespace of each. */
  readonly namespaces: Readonly<Record<Workload, string>>;

  /** @throws InvalidInput with every wrong argument */
  constructor(name: string, args: IdentityArgs, options: pulumi.ComponentResourceOptions) {
    check(name, args);
    super("keelson:cloud:Identity", name, {}, options);
    this.namespaces = { ...defaultNamespaces, ...args.namespaces };
    this.roles = {
      api: this.#identity(name, "api", apiStatements(args), args),
      migration: this.#identity(name, "migration", migrationStatements(args), args),
      monitoring: this.#identity(name, "monitoring", monitoringStatements(args), args),
      clusterAutoscaler: this.#identity(name, "clusterAutoscaler", autoscalerStatements(args), args),
    };
    this.registerOutputs();
  }

  #identity(prefix: string, workload: Workload, statements: Statement[], args: IdentityArgs) {
    const { clusterName } = args;
    const serviceAccount = serviceAccounts[workload];
    const namespace = this.namespaces[workload];
    const name = `${prefix}-${serviceAccount}`;
    const { arn, policies } = role(
      name,
      {
        description: `Pods of ${namespace}/${serviceAccount}`,
        trust: trustPods({ clusterName, namespace, serviceAccount }),
        statements,
      },
      { parent: this },
    );
    const association = new aws.eks.PodIdentityAssociation(
      name,
      { clusterName, namespace, serviceAccount, roleArn: arn },
      { parent: this, dependsOn: policies },
    );
    return association.roleArn;
  }
}

/** It signs in to cache and database with the passwords of these secrets. */
function apiStatements(args: IdentityArgs): Statement[] {
  return readSecrets(args, [args.secrets.redis, args.secrets.service]);
}

function migrationStatements(args: IdentityArgs): Statement[] {
  const { migration, master } = args.secrets;
  return readSecrets(args, master ? [migration, master] : [migration]);
}

function monitoringStatements(args: IdentityArgs): Statement[] {
  return [
    ...(args.secrets.monitoring.length > 0 ? readSecrets(args, [...args.secrets.monitoring]) : []),
    // Metrics have no ARN.
    {
      Sid: "ReadMetrics",
      Action: ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
      Resource: "*",
    },
  ];
}

/** Source: kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md, "IAM Policy". */
function autoscalerStatements({ account, region, clusterName }: IdentityArgs): Statement[] {
  return [
    {
      Sid: "Look",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
      ],
      Resource: "*",
    },
    {
      Sid: "LookAtNodeGroups",
      Action: "eks:DescribeNodegroup",
      Resource: pulumi.interpolate`arn:aws:eks:${region}:${account}:nodegroup/${clusterName}/*`,
    },
    {
      Sid: "ScaleOwnGroups",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/*`,
      // EKS gives its groups both tags. That of discovery with the cluster's name in its key is no key of a
      // document that is written before the name is known.
      Condition: {
        StringEquals: {
          "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
          "aws:ResourceTag/eks:cluster-name": clusterName,
        },
      },
    },
  ];
}

function readSecrets({ region, secretsKeyArn }: IdentityArgs, secrets: pulumi.Input<string>[]): Statement[] {
  return [
    {
      Sid: "ReadSecrets",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      Resource: secrets,
    },
    {
      Sid: "DecryptSecrets",
      Action: "kms:Decrypt",
      Resource: secretsKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
    },
  ];
}

/** @throws InvalidInput with every wrong argument */
function check(name: string, { account, namespaces = {} }: IdentityArgs): void {
  const mistakes: Mistake[] = Object.entries(namespaces).flatMap(([workload, namespace]) =>
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)
      ? []
      : [
          {
            path: `namespaces.${workload}`,
            found: JSON.stringify(namespace),
            allowed: "1 to 63 lower-case letters, digits and hyphens, no hyphen at an end",
          },
        ],
  );
  if (!/^\d{12}$/.test(account)) {
    mistakes.push({ path: "account", found: JSON.stringify(account), allowed: "12 digits" });
  }
  if (mistakes.length > 0) throw new InvalidInput(`Identity "${name}"`, mistakes);
  checkNames(
    `Identity "${name}"`,
    Object.values(serviceAccounts).map((serviceAccount) => ["role", `${name}-${serviceAccount}`] as const),
  );
}
