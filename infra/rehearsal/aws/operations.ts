/** What tells of the platform, what it may cost, and what an account has before it. */
import type { Mistake } from "../../../validate.ts";
import type { AwsType, AwsTypes, NewResource, PhysicalName } from "./entry.ts";
import { providerDocs, replaces, updates } from "./rows.ts";

/** Properties of a type that CloudFormation lacks, or has in another form: those that replace, and the others. */
function described(
  page: string,
  { replacing = [], updating = [] }: { replacing?: readonly string[]; updating?: readonly string[] },
): NonNullable<AwsType["properties"]> {
  const source = page.startsWith("https:") ? page : `${providerDocs}/${page}`;
  return Object.fromEntries([
    ...replacing.map((name) => [name, replaces(source)] as const),
    ...updating.map((name) => [name, updates(source)] as const),
  ]);
}

const named = (
  limit: number,
  pattern: RegExp,
  unique: PhysicalName["unique"] = "region",
  property = "name",
): PhysicalName => ({ property, limit, pattern, unique, automatic: true });

const text = (value: unknown) => `${value}`;

/** Types of settings of a bucket: each is the bucket's, is known by its name, and cannot go to another. */
function ofBucket(page: string, updating: readonly string[], required: readonly string[] = []): AwsType {
  return {
    properties: described(page, { replacing: ["bucket"], updating }),
    required: ["bucket", ...required],
    id: ({ inputs }) => text(inputs.bucket),
  };
}

const accessBlocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

const buckets: AwsTypes = {
  "aws:s3/bucket:Bucket": {
    specification: "AWS::S3::Bucket",
    properties: { bucket: "BucketName", forceDestroy: updates(`${providerDocs}/s3_bucket`) },
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    physicalName: named(63, /^(?!xn--)[a-z0-9][a-z0-9.-]+[a-z0-9]$/, "account", "bucket"),
    id: ({ inputs }) => text(inputs.bucket),
    computed: {
      arn: ({ inputs }) => `arn:aws:s3:::${inputs.bucket}`,
      bucketDomainName: ({ inputs }) => `${inputs.bucket}.s3.amazonaws.com`,
      bucketRegion: ({ region }) => region,
      bucketRegionalDomainName: ({ inputs, region }) => `${inputs.bucket}.s3.${region}.amazonaws.com`,
      // That of us-east-1; every region has its own.
      hostedZoneId: () => "Z3AQBSTGFAJSTF",
      websiteDomain: () => "",
      websiteEndpoint: () => "",
    },
  },
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket(
    "s3_bucket_versioning",
    ["versioningConfiguration", "mfa"],
    ["versioningConfiguration"],
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket(
    "s3_bucket_server_side_encryption_configuration",
    ["rules"],
    ["rules"],
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket("s3_bucket_public_access_block", [
    ...accessBlocks,
    "skipDestroy",
  ]),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket(
    "s3_bucket_ownership_controls",
    ["rule"],
    ["rule"],
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    ...ofBucket(
      "s3_bucket_lifecycle_configuration",
      ["rules", "transitionDefaultMinimumObjectSize"],
      ["rules"],
    ),
    computed: { transitionDefaultMinimumObjectSize: () => "all_storage_classes_128K" },
  },
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket("s3_bucket_policy", ["policy"], ["policy"]),
};

const topics: AwsTypes = {
  "aws:sns/topic:Topic": {
    specification: "AWS::SNS::Topic",
    properties: { name: "TopicName" },
    // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    physicalName: named(256, /^[\w-]+(\.fifo)?$/),
    id: topicArn,
    computed: { arn: topicArn, owner: ({ account }) => account, beginningArchiveTime: () => "" },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    properties: described("sns_topic_policy", { replacing: ["arn"], updating: ["policy"] }),
    required: ["arn", "policy"],
    id: ({ inputs }) => text(inputs.arn),
    computed: { owner: ({ account }) => account },
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    specification: "AWS::SNS::Subscription",
    properties: { topic: "TopicArn" },
    required: ["endpoint"],
    id: subscriptionArn,
    computed: {
      arn: subscriptionArn,
      ownerId: ({ account }) => account,
      // Until the subscriber says yes, which nobody does in a rehearsal.
      pendingConfirmation: () => true,
      confirmationWasAuthenticated: () => false,
    },
    refuse: ({ inputs: { protocol, endpoint } }) => {
      const fits = protocol === "email" ? /@/ : protocol === "https" ? /^https:/ : /./;
      if (endpoint === undefined || fits.test(text(endpoint))) return [];
      return [
        {
          path: "endpoint",
          found: "one of another kind",
          allowed: `one that the protocol ${protocol} reaches`,
        },
      ];
    },
  },
};

const ruleType = "aws:cloudwatch/eventRule:EventRule";
const events: AwsTypes = {
  [ruleType]: {
    specification: "AWS::Events::Rule",
    properties: { forceDestroy: updates(`${providerDocs}/cloudwatch_event_rule`) },
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
    physicalName: named(64, /^[\w.-]+$/),
    id: ({ inputs }) => text(inputs.name),
    computed: { arn: (resource) => `arn:aws:events:${place(resource)}:rule/${resource.inputs.name}` },
    refuse: ({ inputs }) => eventPatternMistakes(inputs),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    properties: described("cloudwatch_event_target", {
      replacing: ["rule", "targetId", "eventBusName"],
      updating: [
        "arn",
        "roleArn",
        "input",
        "inputPath",
        "inputTransformer",
        "retryPolicy",
        "deadLetterConfig",
      ],
    }),
    required: ["rule", "arn"],
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
    physicalName: { ...named(64, /^[\w.-]+$/, "region", "targetId"), within: "rule" },
    id: ({ inputs }) => `${inputs.rule}-${inputs.targetId}`,
    holds: ["rule"],
  },
  "aws:rds/eventSubscription:EventSubscription": {
    properties: {
      ...described(
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyEventSubscription.html",
        {
          updating: ["snsTopic", "enabled", "eventCategories", "sourceType", "sourceIds"],
        },
      ),
      ...described("db_event_subscription", { replacing: ["name"] }),
    },
    required: ["snsTopic"],
    taggable: { value: true, source: `${providerDocs}/db_event_subscription` },
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateEventSubscription.html
    physicalName: named(254, /^[A-Za-z](-?[A-Za-z0-9])*$/),
    id: ({ inputs }) => text(inputs.name),
    computed: {
      arn: (resource) => `arn:aws:rds:${place(resource)}:es:${resource.inputs.name}`,
      customerAwsId: ({ account }) => account,
    },
    refuse: ({ inputs }) => {
      if (!("sourceIds" in inputs) || "sourceType" in inputs) return [];
      return [
        { path: "sourceType", found: "nothing", allowed: "a type of source, where sourceIds are given" },
      ];
    },
  },
};

const updateBudget =
  "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html";

const budgets: AwsTypes = {
  "aws:budgets/budget:Budget": {
    properties: {
      ...described("budgets_budget", { replacing: ["name", "accountId"] }),
      ...described(updateBudget, {
        updating: [
          "budgetType",
          "limitAmount",
          "limitUnit",
          "timeUnit",
          "timePeriodStart",
          "timePeriodEnd",
          "costFilters",
          "costTypes",
          "notifications",
        ],
      }),
    },
    required: ["budgetType", "timeUnit"],
    taggable: { value: true, source: `${providerDocs}/budgets_budget` },
    // https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
    physicalName: named(100, /^[^:\\]+$/, "account"),
    id: ({ inputs, account }) => `${inputs.accountId ?? account}:${inputs.name}`,
    computed: {
      arn: ({ inputs, account }) => `arn:aws:budgets::${account}:budget/${inputs.name}`,
      accountId: ({ account }) => account,
    },
  },
};

const roleType = "aws:iam/serviceLinkedRole:ServiceLinkedRole";
const accounts: AwsTypes = {
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": {
    properties: described("s3_account_public_access_block", {
      replacing: ["accountId"],
      updating: accessBlocks,
    }),
    id: ({ account }) => account,
    computed: { accountId: ({ account }) => account },
  },
  "aws:ebs/encryptionByDefault:EncryptionByDefault": {
    properties: described("ebs_encryption_by_default", { updating: ["enabled"] }),
    id: ({ hex }) => `terraform-${hex(26)}`,
  },
  "aws:organizations/account:Account": {
    specification: "AWS::Organizations::Account",
    properties: {
      ...described("https://github.com/pulumi/pulumi-aws/issues/6242", { replacing: ["email", "parentId"] }),
      name: { ...replaces("https://github.com/pulumi/pulumi-aws/issues/6242"), name: "AccountName" },
      ...described("organizations_account", {
        replacing: ["iamUserAccessToBilling", "roleName"],
        updating: ["closeOnDeletion"],
      }),
    },
    optional: { name: "https://www.pulumi.com/registry/packages/aws/api-docs/organizations/account/" },
    id: newAccount,
    computed: {
      arn: (resource) =>
        `arn:aws:organizations::${resource.account}:account/o-${resource.hex(10)}/${newAccount(resource)}`,
      govcloudId: () => "",
      joinedMethod: () => "CREATED",
      joinedTimestamp: () => "2026-01-01T00:00:00Z",
      status: () => "ACTIVE",
      state: () => "ACTIVE",
    },
    refuse: ({ inputs, previous, living }) => {
      const isNew = Object.keys(previous).length === 0;
      const taken = living("aws:organizations/account:Account").some(
        (each) => each.inputs.email === inputs.email,
      );
      if (!isNew || !taken) return [];
      return [
        { path: "email", found: JSON.stringify(inputs.email), allowed: "one that no other account has" },
      ];
    },
  },
  [roleType]: {
    specification: "AWS::IAM::ServiceLinkedRole",
    required: ["awsServiceName"],
    taggable: { value: true, source: `${providerDocs}/iam_service_linked_role` },
    id: linkedRoleArn,
    computed: {
      arn: linkedRoleArn,
      createDate: () => "2026-01-01T00:00:00Z",
      name: linkedRoleName,
      path: ({ inputs }) => `/aws-service-role/${inputs.awsServiceName}/`,
      uniqueId: ({ hex }) => `AROA${hex(17).toUpperCase()}`,
    },
    refuse: (resource) => {
      if (Object.keys(resource.previous).length > 0 || !resource.find(roleType, linkedRoleArn(resource)))
        return [];
      const found = `${resource.inputs.awsServiceName}, whose role the account has`;
      return [{ path: "awsServiceName", found, allowed: "a service without one" }];
    },
  },
};

export const operations: AwsTypes = { ...buckets, ...topics, ...events, ...budgets, ...accounts };

function place({ region, account }: NewResource): string {
  return `${region}:${account}`;
}

function topicArn(resource: NewResource): string {
  return `arn:aws:sns:${place(resource)}:${resource.inputs.name}`;
}

function subscriptionArn({ inputs, hex }: NewResource): string {
  const digits = hex(32);
  const uuid = [0, 8, 12, 16, 20].map((from, index, all) => digits.slice(from, all[index + 1]));
  return `${inputs.topic}:${uuid.join("-")}`;
}

/** Twelve digits, as an account's id is. */
function newAccount({ hex }: NewResource): string {
  return `${BigInt(`0x${hex(12)}`) % 10n ** 12n}`.padStart(12, "0");
}

/** The names that the services gave their roles. Source: each service's guide, "Using service-linked roles". */
const linkedRoleNames: Readonly<Record<string, string>> = {
  autoscaling: "AutoScaling",
  eks: "AmazonEKS",
  "eks-nodegroup": "AmazonEKSNodegroup",
  elasticache: "ElastiCache",
  "elasticache.application-autoscaling": "ApplicationAutoScaling_ElastiCacheRG",
  elasticloadbalancing: "ElasticLoadBalancing",
  rds: "RDS",
  "rds.application-autoscaling": "ApplicationAutoScaling_RDSCluster",
  spot: "EC2Spot",
};

function linkedRoleName({ inputs }: NewResource): string {
  const service = text(inputs.awsServiceName).replace(/\.amazonaws\.com$/, "");
  return `AWSServiceRoleFor${linkedRoleNames[service] ?? service}`;
}

function linkedRoleArn(resource: NewResource): string {
  const { account, inputs } = resource;
  return `arn:aws:iam::${account}:role/aws-service-role/${inputs.awsServiceName}/${linkedRoleName(resource)}`;
}

function eventPatternMistakes({ eventPattern }: NewResource["inputs"]): Mistake[] {
  if (eventPattern === undefined) return [];
  try {
    JSON.parse(text(eventPattern));
    return [];
  } catch {
    return [{ path: "eventPattern", found: JSON.stringify(eventPattern), allowed: "JSON" }];
  }
}
