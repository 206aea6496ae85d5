/** AWS KMS. A key's deletion is scheduled, whoever still uses it: nothing holds one. */
import type { Mistake } from "../../../validate.ts";
import type { AwsType, AwsTypes, NewResource } from "./entry.ts";
import { providerDocs } from "./rows.ts";

/** Key ids are UUIDs. */
function keyId({ hex }: NewResource): string {
  return hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const key: AwsType = {
  specification: "AWS::KMS::Key",
  properties: {
    policy: "KeyPolicy",
    deletionWindowInDays: "PendingWindowInDays",
    isEnabled: "Enabled",
    customerMasterKeySpec: {
      change: "replace",
      source: `${providerDocs}/kms_key`,
    },
  },
  // Without a policy KMS gives the key its default one.
  optional: { policy: `${providerDocs}/kms_key` },
  id: keyId,
  computed: {
    keyId,
    arn: (resource) => `arn:aws:kms:${resource.region}:${resource.account}:key/${keyId(resource)}`,
    multiRegion: () => false,
    rotationPeriodInDays: () => 365,
  },
  refuse: (resource) => [...badWindow(resource), ...lockedOut(resource)],
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
function badWindow({ inputs: { deletionWindowInDays: days } }: NewResource): Mistake[] {
  if (typeof days !== "number" || (days >= 7 && days <= 30)) return [];
  return [{ path: "deletionWindowInDays", found: `${days}`, allowed: "7 to 30" }];
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
}

/**
 * KMS refuses a policy that would let nobody change it. Who runs the program is not known here, so the account
 * has to be let.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function lockedOut({ inputs: { policy, bypassPolicyLockoutSafetyCheck }, account }: NewResource): Mistake[] {
  if (typeof policy !== "string" || bypassPolicyLockoutSafetyCheck) return [];
  const { Statement: statements } = JSON.parse(policy) as { Statement: readonly Statement[] };
  const mayChange = statements.some(
    ({ Effect, Principal, Action }) =>
      Effect === "Allow" &&
      [Principal?.AWS].flat().includes(`arn:aws:iam::${account}:root`) &&
      [Action].flat().some((action) => action === "kms:PutKeyPolicy" || action === "kms:*"),
  );
  if (mayChange) return [];
  return [
    {
      path: "policy",
      found: "a policy that nobody may change",
      allowed: `one that lets arn:aws:iam::${account}:root call kms:PutKeyPolicy`,
    },
  ];
}

const alias: AwsType = {
  specification: "AWS::KMS::Alias",
  properties: { name: "AliasName" },
  physicalName: {
    property: "name",
    limit: 256,
    pattern: /^alias\/(?!aws\/)[\w/-]+$/,
    unique: "region",
    automatic: true,
    prefix: "alias/",
  },
  id: ({ inputs }) => String(inputs.name),
  computed: {
    arn: ({ inputs, region, account }) => `arn:aws:kms:${region}:${account}:${inputs.name}`,
    targetKeyArn: ({ inputs, find }) => find("aws:kms/key:Key", inputs.targetKeyId)?.outputs.arn,
  },
};

export const kms: AwsTypes = { "aws:kms/key:Key": key, "aws:kms/alias:Alias": alias };
