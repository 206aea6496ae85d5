/**
 * What a pipeline may do, action by action, and the most that the roles it makes may do. Reads by service, then
 * writes by policy. Resources are told by the prefix of their names where AWS names them, by their tag where it
 * does not, and by account and region at least. Source of actions, resources and conditions: the Service
 * Authorization Reference of each service.
 */
import type { Statement } from "./iam.ts";
import { tunnelAccess } from "./tunnel.ts";

/** Where a pipeline works. */
export interface Reach {
  readonly account: string;
  readonly regions: readonly string[];
  /** `dev`, `staging` or `prod`: names start with `keelson-<environment>`, `keelson:environment` is its tag. */
  readonly environment: string;
  /** ARN of the policy that bounds the roles it makes. */
  readonly boundaryArn: string;
}

/** Reads without effect that name no resource, or are told apart by nothing but their answer. */
const reads: Readonly<Record<string, readonly string[]>> = {
  acm: ["DescribeCertificate", "ListTagsForCertificate"],
  "application-autoscaling": ["DescribeScalableTargets", "DescribeScalingPolicies", "ListTagsForResource"],
  autoscaling: [
    "DescribeAutoScalingGroups",
    "DescribeInstanceRefreshes",
    "DescribeLifecycleHooks",
    "DescribeScalingActivities",
    "DescribeTags",
    "DescribeWarmPool",
  ],
  budgets: ["ListTagsForResource", "ViewBudget"],
  cloudfront: [
    "GetCachePolicy",
    "GetDistribution",
    "GetFunction",
    "DescribeFunction",
    "GetOriginAccessControl",
    "GetOriginRequestPolicy",
    "GetResponseHeadersPolicy",
    "GetMonitoringSubscription",
    "ListTagsForResource",
  ],
  cloudwatch: ["DescribeAlarms", "GetDashboard", "ListTagsForResource"],
  ec2: [
    "DescribeAccountAttributes",
    "DescribeAddresses",
    "DescribeAddressesAttribute",
    "DescribeAvailabilityZones",
    "DescribeFlowLogs",
    "DescribeImages",
    "DescribeInstanceTypes",
    "DescribeInstances",
    "DescribeInternetGateways",
    "DescribeLaunchTemplateVersions",
    "DescribeLaunchTemplates",
    "DescribeManagedPrefixLists",
    "DescribeNatGateways",
    "DescribeNetworkAcls",
    "DescribeNetworkInterfaces",
    "DescribePrefixLists",
    "DescribeRouteTables",
    "DescribeSecurityGroupRules",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeTags",
    "DescribeVpcAttribute",
    "DescribeVpcEndpoints",
    "DescribeVpcs",
  ],
  eks: [
    "DescribeAccessEntry",
    "DescribeAddon",
    "DescribeAddonConfiguration",
    "DescribeAddonVersions",
    "DescribeCluster",
    "DescribeNodegroup",
    "DescribePodIdentityAssociation",
    "DescribeUpdate",
    "ListAccessEntries",
    "ListAssociatedAccessPolicies",
    "ListPodIdentityAssociations",
    "ListTagsForResource",
  ],
  elasticache: [
    "DescribeCacheClusters",
    "DescribeCacheParameterGroups",
    "DescribeCacheParameters",
    "DescribeCacheSubnetGroups",
    "DescribeGlobalReplicationGroups",
    "DescribeReplicationGroups",
    "DescribeSnapshots",
    "DescribeUserGroups",
    "DescribeUsers",
    "ListTagsForResource",
  ],
  events: ["DescribeRule", "ListTagsForResource", "ListTargetsByRule"],
  iam: [
    "GetInstanceProfile",
    "GetPolicy",
    "GetPolicyVersion",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListInstanceProfilesForRole",
    "ListRolePolicies",
    "ListRoleTags",
  ],
  kms: ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListResourceTags"],
  logs: [
    "DescribeLogGroups",
    "DescribeMetricFilters",
    "DescribeResourcePolicies",
    "GetLogDelivery",
    "ListLogDeliveries",
    "ListTagsForResource",
  ],
  rds: [
    "DescribeDBClusterParameterGroups",
    "DescribeDBClusterParameters",
    "DescribeDBClusters",
    "DescribeDBEngineVersions",
    "DescribeDBInstances",
    "DescribeDBParameterGroups",
    "DescribeDBParameters",
    "DescribeDBProxies",
    "DescribeDBProxyEndpoints",
    "DescribeDBProxyTargetGroups",
    "DescribeDBProxyTargets",
    "DescribeDBSubnetGroups",
    "DescribeEventSubscriptions",
    "DescribeGlobalClusters",
    "DescribeOrderableDBInstanceOptions",
    "ListTagsForResource",
  ],
  route53: [
    "GetChange",
    "GetHealthCheck",
    "GetHostedZone",
    "ListHostedZones",
    "ListResourceRecordSets",
    "ListTagsForResource",
  ],
  s3: [
    "GetAccelerateConfiguration",
    "GetBucketAcl",
    "GetBucketCORS",
    "GetBucketLogging",
    "GetBucketObjectLockConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketPublicAccessBlock",
    "GetBucketRequestPayment",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketWebsite",
    "GetEncryptionConfiguration",
    "GetLifecycleConfiguration",
    "GetReplicationConfiguration",
  ],
  secretsmanager: ["DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds"],
  sns: ["GetSubscriptionAttributes", "GetTopicAttributes", "ListSubscriptionsByTopic", "ListTagsForResource"],
  wafv2: ["GetLoggingConfiguration", "GetWebACL", "ListTagsForResource"],
};

/** What reading all that a stack consists of takes, secrets' values excepted; a statement a service, in two policies. */
export function readPermissions(): Record<string, Statement[]> {
  const services = Object.entries(reads);
  const statements = services.map(([service, actions]) => allow(service, actions, ["*"]));
  const half = Math.ceil(statements.length / 2);
  return { "read-a": statements.slice(0, half), "read-b": statements.slice(half) };
}

/** What making, changing and deleting all that a stack consists of takes beside reading it, by policy. */
export function writePermissions(reach: Reach): Record<string, Statement[]> {
  return {
    network: network(reach),
    data: data(reach),
    cluster: cluster(reach),
    identities: identities(reach),
    edge: edge(reach),
    watch: watch(reach),
    tunnel: reach.regions.flatMap((region) =>
      tunnelAccess({ account: reach.account, region, clusterName: `${prefixOf(reach)}-*` }).map(
        (statement) => ({ ...statement, Sid: `${statement.Sid}${region.replaceAll("-", "")}` }),
      ),
    ),
  };
}

function network(reach: Reach): Statement[] {
  const everything = arns(reach, "ec2", "*");
  return [
    allow(
      "ec2",
      [
        "AllocateAddress",
        "AssociateRouteTable",
        "AttachInternetGateway",
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "CreateFlowLogs",
        "CreateInternetGateway",
        "CreateLaunchTemplate",
        "CreateLaunchTemplateVersion",
        "CreateNatGateway",
        "CreateRoute",
        "CreateRouteTable",
        "CreateSecurityGroup",
        "CreateSubnet",
        "CreateTags",
        "CreateVpc",
        "CreateVpcEndpoint",
        "DeleteTags",
        "ModifySecurityGroupRules",
        // EKS' own security group has no tag of ours.
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
      ],
      everything,
    ),
    {
      ...allow(
        "ec2",
        [
          "DeleteFlowLogs",
          "DeleteInternetGateway",
          "DeleteLaunchTemplate",
          "DeleteNatGateway",
          "DeleteRoute",
          "DeleteRouteTable",
          "DeleteSecurityGroup",
          "DeleteSubnet",
          "DeleteVpc",
          "DeleteVpcEndpoints",
          "DetachInternetGateway",
          "DisassociateAddress",
          "DisassociateRouteTable",
          "ModifyLaunchTemplate",
          "ModifySubnetAttribute",
          "ModifyVpcAttribute",
          "ModifyVpcEndpoint",
          "ReleaseAddress",
          "ReplaceRoute",
          "ReplaceRouteTableAssociation",
        ],
        everything,
      ),
      Condition: ours(reach),
    },
    // Who makes a group of a launch template must be allowed to launch it.
    allow(
      "ec2",
      ["RunInstances"],
      [...everything, ...reach.regions.map((it) => `arn:aws:ec2:${it}::image/*`)],
    ),
    allow(
      "ssm",
      ["GetParameters"],
      reach.regions.map((region) => `arn:aws:ssm:${region}::parameter/aws/service/*`),
    ),
  ];
}

function data(reach: Reach): Statement[] {
  const named = (service: string) => arns(reach, service, `*:${prefixOf(reach)}*`);
  const keys = arns(reach, "kms", "key/*");
  return [
    allow(
      "rds",
      [
        "AddTagsToResource",
        "CreateDBCluster",
        "CreateDBClusterParameterGroup",
        "CreateDBClusterSnapshot",
        "CreateDBInstance",
        "CreateDBParameterGroup",
        "CreateDBSubnetGroup",
        "CreateEventSubscription",
        "CreateGlobalCluster",
        "DeleteDBCluster",
        "DeleteDBClusterParameterGroup",
        "DeleteDBInstance",
        "DeleteDBParameterGroup",
        "DeleteDBSubnetGroup",
        "DeleteEventSubscription",
        "DeleteGlobalCluster",
        "ModifyDBCluster",
        "ModifyDBClusterParameterGroup",
        "ModifyDBInstance",
        "ModifyDBParameterGroup",
        "ModifyDBSubnetGroup",
        "ModifyEventSubscription",
        "ModifyGlobalCluster",
        "RebootDBInstance",
        "RemoveFromGlobalCluster",
        "RemoveTagsFromResource",
        "ResetDBClusterParameterGroup",
        "ResetDBParameterGroup",
        "RestoreDBClusterToPointInTime",
      ],
      [...named("rds"), `arn:aws:rds::${reach.account}:global-cluster:${prefixOf(reach)}*`],
    ),
    // A proxy's ARN holds an id of AWS' own.
    allow(
      "rds",
      [
        "AddTagsToResource",
        "CreateDBProxy",
        "CreateDBProxyEndpoint",
        "DeleteDBProxy",
        "DeleteDBProxyEndpoint",
        "DeregisterDBProxyTargets",
        "ModifyDBProxy",
        "ModifyDBProxyEndpoint",
        "ModifyDBProxyTargetGroup",
        "RegisterDBProxyTargets",
        "RemoveTagsFromResource",
      ],
      [
        ...arns(reach, "rds", "db-proxy:*"),
        ...arns(reach, "rds", "db-proxy-endpoint:*"),
        ...arns(reach, "rds", "target-group:*"),
        ...named("rds"),
      ],
    ),
    allow(
      "elasticache",
      [
        "AddTagsToResource",
        "CreateCacheParameterGroup",
        "CreateCacheSubnetGroup",
        "CreateGlobalReplicationGroup",
        "CreateReplicationGroup",
        "CreateSnapshot",
        "CreateUser",
        "CreateUserGroup",
        "DecreaseReplicaCount",
        "DeleteCacheParameterGroup",
        "DeleteCacheSubnetGroup",
        "DeleteGlobalReplicationGroup",
        "DeleteReplicationGroup",
        "DeleteUser",
        "DeleteUserGroup",
        "DisassociateGlobalReplicationGroup",
        "IncreaseReplicaCount",
        "ModifyCacheParameterGroup",
        "ModifyCacheSubnetGroup",
        "ModifyGlobalReplicationGroup",
        "ModifyReplicationGroup",
        "ModifyReplicationGroupShardConfiguration",
        "ModifyUser",
        "ModifyUserGroup",
        "RemoveTagsFromResource",
        "ResetCacheParameterGroup",
      ],
      [...named("elasticache"), `arn:aws:elasticache::${reach.account}:globalreplicationgroup:*`],
    ),
    allow(
      "secretsmanager",
      [
        "CancelRotateSecret",
        "CreateSecret",
        "DeleteResourcePolicy",
        "DeleteSecret",
        "GetSecretValue",
        "PutResourcePolicy",
        "PutSecretValue",
        "RemoveRegionsFromReplication",
        "ReplicateSecretToRegions",
        "RotateSecret",
        "TagResource",
        "UntagResource",
        "UpdateSecret",
        "UpdateSecretVersionStage",
      ],
      arns(reach, "secretsmanager", `secret:${prefixOf(reach)}*`),
    ),
    // RDS makes the secret of a password that it keeps itself in the name of who makes the cluster.
    allow(
      "secretsmanager",
      ["CreateSecret", "TagResource"],
      arns(reach, "secretsmanager", "secret:rds!cluster-*"),
    ),
    {
      ...allow("kms", ["CreateKey"], ["*"]),
      Condition: { StringEquals: { [`aws:RequestTag/${environmentTag}`]: reach.environment } },
    },
    // A new key's tag counts minutes later only, so what follows its making goes by account. EKS takes no grant
    // from who makes a cluster under the condition `kms:GrantIsForAWSResource`.
    allow("kms", ["CreateGrant", "EnableKeyRotation", "TagResource"], keys),
    {
      ...allow(
        "kms",
        ["CancelKeyDeletion", "PutKeyPolicy", "ScheduleKeyDeletion", "UntagResource", "UpdateKeyDescription"],
        keys,
      ),
      Condition: ours(reach),
    },
    allow(
      "kms",
      ["CreateAlias", "DeleteAlias", "UpdateAlias"],
      [...arns(reach, "kms", `alias/${prefixOf(reach)}*`), ...keys],
    ),
    {
      ...allow("kms", ["Decrypt", "GenerateDataKey"], keys),
      Condition: {
        StringEquals: {
          "kms:ViaService": reach.regions.map((region) => `secretsmanager.${region}.amazonaws.com`),
        },
      },
    },
  ];
}

function cluster(reach: Reach): Statement[] {
  const prefix = prefixOf(reach);
  const kinds = ["cluster", "nodegroup", "addon", "access-entry", "podidentityassociation"];
  const autoscaling = (name: string) =>
    arns(reach, "autoscaling", `autoScalingGroup:*:autoScalingGroupName/${name}`);
  return [
    allow(
      "eks",
      [
        "AssociateAccessPolicy",
        "AssociateEncryptionConfig",
        "CreateAccessEntry",
        "CreateAddon",
        "CreateCluster",
        "CreateNodegroup",
        "CreatePodIdentityAssociation",
        "DeleteAccessEntry",
        "DeleteAddon",
        "DeleteCluster",
        "DeleteNodegroup",
        "DeletePodIdentityAssociation",
        "DisassociateAccessPolicy",
        "TagResource",
        "UntagResource",
        "UpdateAccessEntry",
        "UpdateAddon",
        "UpdateClusterConfig",
        "UpdateClusterVersion",
        "UpdateNodegroupConfig",
        "UpdateNodegroupVersion",
        "UpdatePodIdentityAssociation",
      ],
      kinds.flatMap((kind) => arns(reach, "eks", `${kind}/${prefix}-*`)),
    ),
    allow(
      "autoscaling",
      [
        "CancelInstanceRefresh",
        "CreateAutoScalingGroup",
        "CreateOrUpdateTags",
        "DeleteAutoScalingGroup",
        "DeleteTags",
        "SetDesiredCapacity",
        "StartInstanceRefresh",
        "UpdateAutoScalingGroup",
      ],
      autoscaling(`${prefix}-*`),
    ),
    // Those of node groups are EKS' own, but for their tags.
    allow("autoscaling", ["CreateOrUpdateTags", "DeleteTags"], autoscaling(`eks-${prefix}-*`)),
    allow(
      "application-autoscaling",
      [
        "DeleteScalingPolicy",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "RegisterScalableTarget",
        "TagResource",
        "UntagResource",
      ],
      arns(reach, "application-autoscaling", "scalable-target/*"),
    ),
  ];
}

/** AWS' own policies that roles of a stack carry. */
const managedPolicies = [
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonEKSClusterPolicy",
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonSSMManagedInstanceCore",
  "service-role/AmazonEBSCSIDriverPolicy",
  "service-role/AmazonRDSEnhancedMonitoringRole",
];

/** Roles under the stack's prefix alone, none without the boundary: no role it makes can do more than that says. */
function identities(reach: Reach): Statement[] {
  const { account, boundaryArn } = reach;
  const named = (kind: string) => [`arn:aws:iam::${account}:${kind}/${prefixOf(reach)}-*`];
  const bounded = { StringEquals: { "iam:PermissionsBoundary": boundaryArn } };
  return [
    {
      ...allow(
        "iam",
        ["CreateRole", "DeleteRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy"],
        named("role"),
      ),
      Condition: bounded,
    },
    {
      ...allow("iam", ["AttachRolePolicy", "DetachRolePolicy"], named("role")),
      Condition: {
        ...bounded,
        ArnEquals: { "iam:PolicyARN": managedPolicies.map((policy) => `arn:aws:iam::aws:policy/${policy}`) },
      },
    },
    allow(
      "iam",
      ["DeleteRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"],
      named("role"),
    ),
    allow(
      "iam",
      [
        "AddRoleToInstanceProfile",
        "CreateInstanceProfile",
        "DeleteInstanceProfile",
        "RemoveRoleFromInstanceProfile",
        "TagInstanceProfile",
        "UntagInstanceProfile",
      ],
      [...named("instance-profile"), ...named("role")],
    ),
    {
      ...allow("iam", ["PassRole"], named("role")),
      Condition: {
        StringEquals: {
          "iam:PassedToService": [
            "ec2.amazonaws.com",
            "eks.amazonaws.com",
            "events.amazonaws.com",
            "monitoring.rds.amazonaws.com",
            "pods.eks.amazonaws.com",
            "rds.amazonaws.com",
            "vpc-flow-logs.amazonaws.com",
          ],
        },
      },
    },
    {
      ...allow("iam", ["CreateServiceLinkedRole"], [`arn:aws:iam::${account}:role/aws-service-role/*`]),
      Condition: {
        StringEquals: {
          "iam:AWSServiceName": [
            "autoscaling.amazonaws.com",
            "eks-nodegroup.amazonaws.com",
            "eks.amazonaws.com",
            "elasticache.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "rds.amazonaws.com",
            "rds.application-autoscaling.amazonaws.com",
            "elasticache.application-autoscaling.amazonaws.com",
          ],
        },
      },
    },
  ];
}

function edge(reach: Reach): Statement[] {
  const { account } = reach;
  const prefix = prefixOf(reach);
  // What the edge needs of WAF and ACM is in this region, wherever the platform is.
  const withGlobal = { ...reach, regions: [...new Set([...reach.regions, "us-east-1"])] };
  return [
    allow(
      "cloudfront",
      [
        "CreateCachePolicy",
        "CreateDistribution",
        "CreateDistributionWithTags",
        "CreateFunction",
        "CreateInvalidation",
        "CreateMonitoringSubscription",
        "CreateOriginAccessControl",
        "CreateOriginRequestPolicy",
        "CreateResponseHeadersPolicy",
        "DeleteCachePolicy",
        "DeleteDistribution",
        "DeleteFunction",
        "DeleteMonitoringSubscription",
        "DeleteOriginAccessControl",
        "DeleteOriginRequestPolicy",
        "DeleteResponseHeadersPolicy",
        "PublishFunction",
        "TagResource",
        "UntagResource",
        "UpdateCachePolicy",
        "UpdateDistribution",
        "UpdateFunction",
        "UpdateOriginAccessControl",
        "UpdateOriginRequestPolicy",
        "UpdateResponseHeadersPolicy",
      ],
      [`arn:aws:cloudfront::${account}:*`],
    ),
    allow(
      "wafv2",
      [
        "CreateWebACL",
        "DeleteLoggingConfiguration",
        "DeleteWebACL",
        "PutLoggingConfiguration",
        "TagResource",
        "UntagResource",
        "UpdateWebACL",
      ],
      [
        ...arns(withGlobal, "wafv2", `*/webacl/${prefix}*`),
        ...arns(withGlobal, "wafv2", "*/managedruleset/*"),
      ],
    ),
    allow(
      "acm",
      ["AddTagsToCertificate", "DeleteCertificate", "RemoveTagsFromCertificate", "RequestCertificate"],
      arns(withGlobal, "acm", "certificate/*"),
    ),
    allow(
      "route53",
      [
        "ChangeResourceRecordSets",
        "ChangeTagsForResource",
        "CreateHealthCheck",
        "DeleteHealthCheck",
        "UpdateHealthCheck",
      ],
      ["arn:aws:route53:::hostedzone/*", "arn:aws:route53:::healthcheck/*"],
    ),
    allow(
      "s3",
      [
        "CreateBucket",
        "DeleteBucket",
        "DeleteBucketPolicy",
        "DeleteObject",
        "GetObject",
        "ListBucket",
        "PutBucketAcl",
        "PutBucketCORS",
        "PutBucketLogging",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutBucketTagging",
        "PutBucketVersioning",
        "PutEncryptionConfiguration",
        "PutLifecycleConfiguration",
        "PutObject",
      ],
      [`arn:aws:s3:::${prefix}-*`],
    ),
  ];
}

function watch(reach: Reach): Statement[] {
  const { account } = reach;
  const prefix = prefixOf(reach);
  return [
    allow(
      "logs",
      [
        "AssociateKmsKey",
        "CreateLogGroup",
        "DeleteLogGroup",
        "DeleteMetricFilter",
        "DeleteRetentionPolicy",
        "DisassociateKmsKey",
        "PutMetricFilter",
        "PutRetentionPolicy",
        "TagResource",
        "UntagResource",
      ],
      arns(reach, "logs", `log-group:*${prefix}*`),
    ),
    // What a service writes to a log group takes a delivery, which has no ARN.
    allow(
      "logs",
      ["CreateLogDelivery", "DeleteLogDelivery", "PutResourcePolicy", "UpdateLogDelivery"],
      ["*"],
    ),
    allow(
      "cloudwatch",
      ["DeleteAlarms", "DeleteDashboards", "PutDashboard", "PutMetricAlarm", "TagResource", "UntagResource"],
      [
        ...arns(reach, "cloudwatch", `alarm:${prefix}*`),
        `arn:aws:cloudwatch::${account}:dashboard/${prefix}*`,
      ],
    ),
    allow(
      "sns",
      [
        "CreateTopic",
        "DeleteTopic",
        "SetSubscriptionAttributes",
        "SetTopicAttributes",
        "Subscribe",
        "TagResource",
        "Unsubscribe",
        "UntagResource",
      ],
      arns(reach, "sns", `${prefix}*`),
    ),
    allow(
      "events",
      ["DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"],
      arns(reach, "events", `rule/${prefix}*`),
    ),
    allow(
      "budgets",
      ["ModifyBudget", "TagResource", "UntagResource"],
      [`arn:aws:budgets::${account}:budget/${prefix}*`],
    ),
  ];
}

/**
 * The most that a role of a stack may do, whatever its policies say: what `AmazonEKSClusterPolicy` and its like
 * allow, and what workloads read. Nothing of IAM but the role that load balancers need, no key's policy, no
 * database and no cache to make or to delete.
 */
export function boundaryPermissions(account: string): Statement[] {
  return [
    allow("autoscaling", [
      "DescribeAutoScalingGroups",
      "DescribeAutoScalingInstances",
      "DescribeLaunchConfigurations",
      "DescribeScalingActivities",
      "DescribeTags",
      "SetDesiredCapacity",
      "TerminateInstanceInAutoScalingGroup",
      "UpdateAutoScalingGroup",
    ]),
    allow("cloudwatch", ["GetMetricData", "GetMetricStatistics", "ListMetrics"]),
    allow("ec2", [
      "AssignPrivateIpAddresses",
      "AttachNetworkInterface",
      "AttachVolume",
      "AuthorizeSecurityGroupIngress",
      "CreateNetworkInterface",
      "CreateRoute",
      "CreateSecurityGroup",
      "CreateSnapshot",
      "CreateTags",
      "CreateVolume",
      "DeleteNetworkInterface",
      "DeleteRoute",
      "DeleteSecurityGroup",
      "DeleteSnapshot",
      "DeleteTags",
      "DeleteVolume",
      "DescribeAccountAttributes",
      "DescribeAddresses",
      "DescribeAvailabilityZones",
      "DescribeDhcpOptions",
      "DescribeImages",
      "DescribeInstanceTopology",
      "DescribeInstanceTypes",
      "DescribeInstances",
      "DescribeInternetGateways",
      "DescribeLaunchTemplateVersions",
      "DescribeNetworkInterfaces",
      "DescribeRouteTables",
      "DescribeSecurityGroups",
      "DescribeSnapshots",
      "DescribeSubnets",
      "DescribeTags",
      "DescribeVolumes",
      "DescribeVolumeStatus",
      "DescribeVolumesModifications",
      "DescribeVpcs",
      "DetachNetworkInterface",
      "DetachVolume",
      "EnableFastSnapshotRestores",
      "GetInstanceTypesFromInstanceRequirements",
      "GetSecurityGroupsForVpc",
      "ModifyInstanceAttribute",
      "ModifyNetworkInterfaceAttribute",
      "ModifyVolume",
      "RevokeSecurityGroupIngress",
      "UnassignPrivateIpAddresses",
    ]),
    allow("ec2messages", [
      "AcknowledgeMessage",
      "DeleteMessage",
      "FailMessage",
      "GetEndpoint",
      "GetMessages",
      "SendReply",
    ]),
    allow("ecr", [
      "BatchGetImage",
      "BatchImportUpstreamImage",
      "GetAuthorizationToken",
      "GetDownloadUrlForLayer",
    ]),
    allow("eks", ["DescribeCluster", "DescribeNodegroup"]),
    allow("eks-auth", ["AssumeRoleForPodIdentity"]),
    allow("elasticloadbalancing", [
      "AddTags",
      "ApplySecurityGroupsToLoadBalancer",
      "AttachLoadBalancerToSubnets",
      "ConfigureHealthCheck",
      "CreateListener",
      "CreateLoadBalancer",
      "CreateLoadBalancerListeners",
      "CreateLoadBalancerPolicy",
      "CreateTargetGroup",
      "DeleteListener",
      "DeleteLoadBalancer",
      "DeleteLoadBalancerListeners",
      "DeleteTargetGroup",
      "DeregisterInstancesFromLoadBalancer",
      "DeregisterTargets",
      "DescribeListeners",
      "DescribeLoadBalancerAttributes",
      "DescribeLoadBalancerPolicies",
      "DescribeLoadBalancers",
      "DescribeTags",
      "DescribeTargetGroupAttributes",
      "DescribeTargetGroups",
      "DescribeTargetHealth",
      "DetachLoadBalancerFromSubnets",
      "ModifyListener",
      "ModifyLoadBalancerAttributes",
      "ModifyTargetGroup",
      "ModifyTargetGroupAttributes",
      "RegisterInstancesWithLoadBalancer",
      "RegisterTargets",
      "SetLoadBalancerPoliciesForBackendServer",
      "SetLoadBalancerPoliciesOfListener",
    ]),
    {
      ...allow("iam", ["CreateServiceLinkedRole"], [`arn:aws:iam::${account}:role/aws-service-role/*`]),
      Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
    allow("kms", [
      "CreateGrant",
      "Decrypt",
      "DescribeKey",
      "Encrypt",
      "GenerateDataKey",
      "GenerateDataKeyWithoutPlaintext",
      "ListGrants",
      "ReEncryptFrom",
      "ReEncryptTo",
      "RevokeGrant",
    ]),
    allow("logs", [
      "CreateLogGroup",
      "CreateLogStream",
      "DescribeLogGroups",
      "DescribeLogStreams",
      "GetLogEvents",
      "PutLogEvents",
      "PutRetentionPolicy",
    ]),
    allow(
      "secretsmanager",
      ["DescribeSecret", "GetSecretValue"],
      [`arn:aws:secretsmanager:*:${account}:secret:*`],
    ),
    allow("sns", ["Publish"], [`arn:aws:sns:*:${account}:*`]),
    allow("ssm", [
      "DescribeAssociation",
      "DescribeDocument",
      "GetDeployablePatchSnapshotForInstance",
      "GetDocument",
      "GetManifest",
      "GetParameter",
      "GetParameters",
      "ListAssociations",
      "ListInstanceAssociations",
      "PutComplianceItems",
      "PutConfigurePackageResult",
      "PutInventory",
      "UpdateAssociationStatus",
      "UpdateInstanceAssociationStatus",
      "UpdateInstanceInformation",
    ]),
    allow("ssmmessages", [
      "CreateControlChannel",
      "CreateDataChannel",
      "OpenControlChannel",
      "OpenDataChannel",
    ]),
  ];
}

const environmentTag = "keelson:environment";

function ours({ environment }: Reach): NonNullable<Statement["Condition"]> {
  return { StringEquals: { [`aws:ResourceTag/${environmentTag}`]: environment } };
}

/** What names of everything in an environment start with. */
function prefixOf({ environment }: Reach): string {
  return `keelson-${environment}`;
}

function arns({ account, regions }: Reach, service: string, resource: string): string[] {
  return regions.map((region) => `arn:aws:${service}:${region}:${account}:${resource}`);
}

function allow(service: string, actions: readonly string[], resources: readonly string[] = ["*"]): Statement {
  return { Action: actions.map((action) => `${service}:${action}`), Resource: [...resources] };
}
