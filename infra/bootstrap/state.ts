/** Where the state of an account's stacks is kept, and the key that encrypts it and their secrets. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../cloud/iam.ts";
import { type Transform, transformed } from "../cloud/transform.ts";

export interface StateArgs {
  /** The 12 digits of the account. */
  account: string;
  region: string;
  /** Days that a replaced version is kept; the last ten are kept for longer. */
  oldVersionDays: number;
  transform?: { bucket?: Transform<aws.s3.BucketArgs>; key?: Transform<aws.kms.KeyArgs> };
}

/**
 * A bucket for Pulumi's S3 backend and a KMS key for it and for Pulumi's secrets. The backend keeps the lock of
 * a running update as an object below `.pulumi/locks` of the same bucket, so there is no table beside it.
 * Source: Pulumi, "Using a DIY backend", https://www.pulumi.com/docs/iac/guides/basics/using-a-diy-backend/.
 */
export class State extends pulumi.ComponentResource {
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  /** For `pulumi login`. */
  readonly backendUrl: pulumi.Output<string>;
  /** For `pulumi stack init --secrets-provider`. */
  readonly secretsProvider: pulumi.Output<string>;

  constructor(name: string, args: StateArgs, options?: pulumi.ComponentResourceOptions) {
    // Children inherit it: of a destroy that was not meant, nothing here is touched.
    super("keelson:bootstrap:State", name, {}, { ...options, protect: true });
    const key = this.#key(name, args);
    const bucket = this.#bucket(name, key, args);
    this.#closeToOthers(name, bucket);
    this.#history(name, bucket, args.oldVersionDays);
    this.bucketArn = bucket.arn;
    this.keyArn = key.arn;
    this.backendUrl = pulumi.interpolate`s3://${bucket.bucket}?region=${args.region}&awssdk=v2`;
    this.secretsProvider = this.#alias(name, key, args.region);
    this.registerOutputs();
  }

  #key(name: string, { account, transform }: StateArgs): aws.kms.Key {
    const made: aws.kms.KeyArgs = {
      description: "State of Pulumi stacks, and the secrets in it",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: keyPolicy(account),
    };
    return new aws.kms.Key(name, transformed(made, transform?.key), { parent: this });
  }

  #alias(name: string, key: aws.kms.Key, region: string): pulumi.Output<string> {
    const alias = new aws.kms.Alias(
      name,
      { name: `alias/${name}`, targetKeyId: key.keyId },
      { parent: this },
    );
    return pulumi.interpolate`awskms://${alias.name}?region=${region}`;
  }

  #bucket(name: string, key: aws.kms.Key, { transform }: StateArgs): aws.s3.Bucket {
    const child = { parent: this };
    const bucket = new aws.s3.Bucket(name, transformed({}, transform?.bucket), child);
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
            bucketKeyEnabled: true,
          },
        ],
      },
      child,
    );
    return bucket;
  }

  #closeToOthers(name: string, { bucket, arn }: aws.s3.Bucket) {
    const child = { parent: this };
    const closed = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    const policy = policyDocument([
      {
        Sid: "OnlyTls",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "s3:*",
        Resource: [arn, pulumi.interpolate`${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
    // S3 refuses two changes of a bucket's access at once.
    new aws.s3.BucketPolicy(name, { bucket, policy }, { ...child, dependsOn: closed });
  }

  #history(name: string, { bucket }: aws.s3.Bucket, oldVersionDays: number) {
    const versioning = new aws.s3.BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      { parent: this },
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            id: "old-versions",
            status: "Enabled",
            filter: {},
            noncurrentVersionExpiration: { noncurrentDays: oldVersionDays, newerNoncurrentVersions: 10 },
            // Every lock that is released leaves one.
            expiration: { expiredObjectDeleteMarker: true },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { parent: this, dependsOn: versioning },
    );
  }
}

/** Lets the account's own policies decide who uses and who administers the key; without it nobody could. */
function keyPolicy(account: string): pulumi.Output<string> {
  return policyDocument([
    {
      Sid: "Account",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: [
        "kms:CancelKeyDeletion",
        "kms:CreateAlias",
        "kms:Decrypt",
        "kms:DeleteAlias",
        "kms:DescribeKey",
        "kms:DisableKey",
        "kms:EnableKey",
        "kms:EnableKeyRotation",
        "kms:DisableKeyRotation",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListAliases",
        "kms:ListResourceTags",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
      ],
      Resource: "*",
    },
  ]);
}
