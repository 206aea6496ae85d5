/** Secrets Manager: secrets, their values, rotation and policies. */
import type { Mistake } from "../../../validate.ts";
import type { AwsTypes, Behaviour, NewResource, Properties } from "./entry.ts";
import { providerDocs } from "./rows.ts";

function onSecret(change: Behaviour["change"]): Behaviour {
  return { change, source: `${providerDocs}/secretsmanager_secret` };
}

function onVersion(change: Behaviour["change"]): Behaviour {
  return { change, source: `${providerDocs}/secretsmanager_secret_version` };
}

export const secretsmanager: AwsTypes = {
  "aws:secretsmanager/secret:Secret": {
    specification: "AWS::SecretsManager::Secret",
    properties: {
      replicas: "ReplicaRegions",
      policy: onSecret("update"),
      recoveryWindowInDays: onSecret("update"),
      forceOverwriteReplicaSecret: onSecret("update"),
      type: onSecret("replace"),
      namePrefix: onSecret("replace"),
    },
    physicalName: {
      property: "name",
      limit: 512,
      pattern: /^[\w/+=.@-]+$/,
      unique: "region",
      automatic: true,
    },
    id: secretArn,
    computed: { arn: secretArn },
    refuse: ({ inputs }) => windowMistakes(inputs),
  },

  // CloudFormation has the value as a property of the secret.
  "aws:secretsmanager/secretVersion:SecretVersion": {
    properties: {
      secretId: onVersion("replace"),
      secretString: onVersion("replace"),
      secretBinary: onVersion("replace"),
      secretStringWo: onVersion("update"),
      secretStringWoVersion: onVersion("replace"),
      versionStages: onVersion("update"),
    },
    required: ["secretId"],
    id: (resource) => `${resource.inputs.secretId}|${versionId(resource)}`,
    computed: {
      arn: ({ inputs }) => inputs.secretId,
      secretArn: ({ inputs }) => inputs.secretId,
      versionId,
      versionStages: () => ["AWSCURRENT"],
      hasSecretStringWo: ({ inputs }) => "secretStringWo" in inputs,
    },
  },

  "aws:secretsmanager/secretRotation:SecretRotation": {
    specification: "AWS::SecretsManager::RotationSchedule",
    properties: {
      externalSecretRotationMetadatas: "ExternalSecretRotationMetadata",
      rotateImmediately: "RotateImmediatelyOnUpdate",
      rotationEnabled: { change: "update", source: `${providerDocs}/secretsmanager_secret_rotation` },
    },
    id: ({ inputs }) => `${inputs.secretId}`,
    computed: { rotationEnabled: () => true },
  },

  "aws:secretsmanager/secretPolicy:SecretPolicy": {
    specification: "AWS::SecretsManager::ResourcePolicy",
    properties: { secretArn: "SecretId", policy: "ResourcePolicy" },
    id: ({ inputs }) => `${inputs.secretArn}`,
  },
};

/** Six characters of AWS's own end every secret's ARN. */
function secretArn({ region, account, inputs, hex }: NewResource): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${inputs.name}-${hex(6)}`;
}

function versionId({ hex }: NewResource): string {
  return hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
function windowMistakes({ recoveryWindowInDays: days }: Properties): readonly Mistake[] {
  if (days === undefined || days === 0 || (Number(days) >= 7 && Number(days) <= 30)) return [];
  return [{ path: "recoveryWindowInDays", found: `${days}`, allowed: "0, or from 7 to 30" }];
}
