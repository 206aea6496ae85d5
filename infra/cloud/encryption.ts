/** A KMS key for each purpose, each to be used through the AWS service that it is for and nothing else. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Type } from "typebox";
import { type Mistake, validate } from "../../validate.ts";
import { policyDocument, type Statement } from "./iam.ts";
import { type KeyPurpose, keyArn, keyPurposes } from "./settings.ts";
import { type Transform, transformed } from "./transform.ts";

export type { KeyPurpose };

export interface EncryptionArgs {
  /** The AWS account, twelve digits. */
  account: string;
  region: string;
  /** Days, 7 to 30, between a key's deletion and its end, in which the deletion can be taken back. */
  deletionWindowDays: number;
  /**
   * ARNs of keys to be used instead of own ones, default none. Such a key's owner lets the services use it:
   * its policy needs the statements that the key made here would have.
   */
  existing?: Partial<Record<KeyPurpose, string>>;
  /** Whether keys are protected from deletion: with a key ends everything that it encrypted. */
  protect: boolean;
  /** Changes to the arguments of the key of a purpose, default none. */
  transform?: Partial<Record<KeyPurpose, Transform<aws.kms.KeyArgs>>>;
}

export class Encryption extends pulumi.ComponentResource {
  /** ARN of the key of each purpose. */
  readonly keys: Readonly<Record<KeyPurpose, pulumi.Output<string>>>;

  /** @throws InvalidInput with every wrong argument */
  constructor(name: string, args: EncryptionArgs, options?: pulumi.ComponentResourceOptions) {
    check(name, args);
    super("keelson:cloud:Encryption", name, {}, options);
    const keys = keyPurposes.map((purpose) => {
      const existing = args.existing?.[purpose];
      return [purpose, existing ? pulumi.output(existing) : this.#key(`${name}-${purpose}`, purpose, args)];
    });
    this.keys = Object.fromEntries(keys) as Record<KeyPurpose, pulumi.Output<string>>;
    this.registerOutputs();
  }

  #key(name: string, purpose: KeyPurpose, args: EncryptionArgs): pulumi.Output<string> {
    const key = new aws.kms.Key(
      name,
      transformed(
        {
          description: `Keelson: ${purpose}`,
          policy: policyDocument(keyPolicy(purpose, args)),
          // Once a year, AWS's default.
          enableKeyRotation: true,
          deletionWindowInDays: args.deletionWindowDays,
        },
        args.transform?.[purpose],
      ),
      { parent: this, protect: args.protect },
    );
    new aws.kms.Alias(name, { name: `alias/${name}`, targetKeyId: key.keyId }, { parent: this });
    return key.arn;
  }
}

type Place = Pick<EncryptionArgs, "account" | "region">;

/**
 * Everything that is done with a key in the open. Neither use nor CreateGrant is among it: who administers
 * keys does not read what they encrypt. PutKeyPolicy is, or KMS would refuse the policy as a lock-out.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
const administration = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/** What AWS's documents write as `Encrypt`, `Decrypt`, `ReEncrypt*`, `GenerateDataKey*` and `DescribeKey`. */
const use = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** What a service needs to encrypt a message to a topic. */
const publish = ["kms:Decrypt", "kms:GenerateDataKey"];

/** Who may use the key of a purpose, and for what. */
const uses: Readonly<Record<KeyPurpose, (place: Place) => Statement[]>> = {
  // CreateGrant and DescribeKey are for the cluster, Decrypt and GenerateDataKey for Performance Insights.
  // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.Keys.html
  // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_PerfInsights.access-control.html
  database: (place) => [
    through(place, ["rds"], ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]),
  ],
  // ElastiCache goes by two names.
  // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html
  cache: (place) => [through(place, ["elasticache", "dax"], [...use, "kms:CreateGrant"])],
  // RDS looks at the key itself before it has Secrets Manager keep a password that it manages.
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
  // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
  secrets: (place) => [through(place, ["secretsmanager", "rds"], [...use, "kms:CreateGrant"])],
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  logs: ({ account, region }) => [
    {
      Sid: "LogGroupsOfThisAccount",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: use,
      Resource: "*",
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${account}:log-group:*` },
      },
    },
  ],
  // Who creates the cluster makes EKS a grant; GrantIsForAWSResource does not work with it.
  // https://docs.aws.amazon.com/eks/latest/userguide/create-cluster.html
  cluster: (place) => [through(place, ["eks"], ["kms:CreateGrant", "kms:DescribeKey"])],
  // https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
  disks: (place) => [
    through(place, ["ec2"], use),
    grant("GrantsThroughEc2", through(place, ["ec2"], [])),
    ...autoScaling(place),
  ],
  // EventBridge is not among them: it cannot be held to an account, and publishes by a role.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  notifications: (place) => [
    through(place, ["sns"], publish),
    {
      Sid: "AlarmsAndEventsOfThisAccount",
      Principal: {
        Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.rds.amazonaws.com"],
      },
      Action: publish,
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": place.account } },
    },
  ],
};

/** The policy of a purpose's key. In a key's policy the resource `*` is the key itself. */
function keyPolicy(purpose: KeyPurpose, place: Place): Statement[] {
  const administrators: Statement = {
    Sid: "AdministrationByIam",
    Principal: { AWS: `arn:aws:iam::${place.account}:root` },
    Action: administration,
    Resource: "*",
  };
  return [administrators, ...uses[purpose](place)];
}

/**
 * Who may use a service in this account may have it use the key, as with the keys that AWS manages: what they
 * may do with the service is the permission.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
function through({ account, region }: Place, services: string[], actions: string[]): Statement {
  return {
    Sid: "UseThroughTheService",
    Principal: { AWS: "*" },
    Action: actions,
    Resource: "*",
    Condition: {
      StringEquals: {
        "kms:CallerAccount": account,
        "kms:ViaService": services.map((service) => `${service}.${region}.amazonaws.com`),
      },
    },
  };
}

/**
 * EC2 Auto Scaling starts nodes with its service-linked role. The role is a condition and not the principal,
 * because KMS refuses a principal that does not exist, and a new account has no such role yet.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
function autoScaling({ account }: Place): Statement[] {
  const role = `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  const byRole: Statement = {
    Sid: "UseByAutoScaling",
    Principal: { AWS: "*" },
    Action: use,
    Resource: "*",
    Condition: { StringEquals: { "kms:CallerAccount": account }, ArnEquals: { "aws:PrincipalArn": role } },
  };
  return [byRole, grant("GrantsByAutoScaling", byRole)];
}

/** The same principal under the same conditions may let a service use the key for a resource, such as a volume. */
function grant(Sid: string, statement: Statement): Statement {
  return {
    ...statement,
    Sid,
    Action: "kms:CreateGrant",
    Condition: { ...statement.Condition, Bool: { "kms:GrantIsForAWSResource": "true" } },
  };
}

const schema = Type.Object({
  name: Type.String({
    title: "1 to 200 letters, digits, hyphens and underscores",
    pattern: "^[\\w-]{1,200}$",
  }),
  account: Type.String({ title: "twelve digits", pattern: "^\\d{12}$" }),
  region: Type.String({ title: "a region such as us-east-1", pattern: "^[a-z]{2}(-[a-z]+)+-\\d$" }),
  deletionWindowDays: Type.Integer({ minimum: 7, maximum: 30 }),
  existing: Type.Partial(Type.Object(Object.fromEntries(keyPurposes.map((purpose) => [purpose, keyArn])))),
});

function check(name: string, { account, region, deletionWindowDays, existing = {} }: EncryptionArgs): void {
  const plain = { name, account, region, deletionWindowDays, existing };
  validate(`Encryption ${JSON.stringify(name)}`, schema, plain, [() => keysElsewhere(existing, region)]);
}

/** No service uses a key of another region. */
function keysElsewhere(existing: Partial<Record<KeyPurpose, string>>, region: string): Mistake[] {
  return Object.entries(existing)
    .filter(([, arn]) => arn.split(":")[3] !== region)
    .map(([purpose, arn]) => ({
      path: `existing.${purpose}`,
      found: JSON.stringify(arn),
      allowed: `a key of ${region}`,
    }));
}
