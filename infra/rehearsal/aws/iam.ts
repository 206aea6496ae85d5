/** IAM: roles, their policies, instance profiles and identity providers. */
import type { Mistake } from "../../../validate.ts";
import type { AwsTypes, NewResource, PhysicalName, Properties } from "./entry.ts";
import { providerDocs } from "./rows.ts";

const quotas = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

const overrides = "https://github.com/pulumi/pulumi-aws/blob/master/provider/resource_overrides.go";

const roleType = "aws:iam/role:Role";

function named(limit: number, within?: string): PhysicalName {
  const pattern = /^[\w+=,.@-]+$/;
  return { property: "name", limit, pattern, unique: "account", ...(within && { within }), automatic: true };
}

export const iam: AwsTypes = {
  [roleType]: {
    specification: "AWS::IAM::Role",
    properties: {
      name: "RoleName",
      assumeRolePolicy: "AssumeRolePolicyDocument",
      inlinePolicies: "Policies",
      "inlinePolicies.name": "PolicyName",
      "inlinePolicies.policy": "PolicyDocument",
      forceDetachPolicies: { change: "update", source: `${providerDocs}/iam_role` },
    },
    physicalName: named(64),
    id: ({ inputs }) => `${inputs.name}`,
    computed: {
      arn: (resource) => arn(resource, "role"),
      uniqueId: (resource) => uniqueId("AROA", resource),
      createDate: () => createDate,
    },
    refuse: ({ inputs }) => [
      ...documentMistakes(inputs, "assumeRolePolicy", 8192),
      ...outside(inputs, "maxSessionDuration", 3600, 43_200),
    ],
  },

  "aws:iam/rolePolicy:RolePolicy": {
    specification: "AWS::IAM::RolePolicy",
    properties: { name: "PolicyName", role: "RoleName", policy: "PolicyDocument" },
    required: ["policy"],
    physicalName: named(128, "role"),
    id: ({ inputs }) => `${inputs.role}:${inputs.name}`,
    holds: ["role"],
    refuse: ({ inputs }) => documentMistakes(inputs, "policy", 10_240),
  },

  "aws:iam/policy:Policy": {
    specification: "AWS::IAM::ManagedPolicy",
    properties: {
      name: "ManagedPolicyName",
      policy: "PolicyDocument",
      delayAfterPolicyCreationInMs: { change: "update", source: `${providerDocs}/iam_policy` },
    },
    taggable: { value: true, source: `${providerDocs}/iam_policy` },
    physicalName: named(128),
    id: (resource) => arn(resource, "policy"),
    computed: {
      arn: (resource) => arn(resource, "policy"),
      policyId: (resource) => uniqueId("ANPA", resource),
      attachmentCount: () => 0,
    },
    refuse: ({ inputs }) => documentMistakes(inputs, "policy", 6144),
  },

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    properties: {
      role: { change: "replace", source: `${providerDocs}/iam_role_policy_attachment` },
      policyArn: { change: "replace", source: `${providerDocs}/iam_role_policy_attachment` },
    },
    required: ["role", "policyArn"],
    // Else the deletion of the old one would take away the new one, which is the same to AWS.
    deletedFirst: overrides,
    id: (resource) => `${resource.inputs.role}-${resource.hex(26)}`,
    holds: ["role", "policyArn"],
  },

  "aws:iam/instanceProfile:InstanceProfile": {
    specification: "AWS::IAM::InstanceProfile",
    properties: { name: "InstanceProfileName", role: "Roles" },
    optional: { role: `${providerDocs}/iam_instance_profile` },
    taggable: { value: true, source: `${providerDocs}/iam_instance_profile` },
    physicalName: named(128),
    id: ({ inputs }) => `${inputs.name}`,
    computed: {
      arn: (resource) => arn(resource, "instance-profile"),
      uniqueId: (resource) => uniqueId("AIPA", resource),
      createDate: () => createDate,
    },
    holds: ["role"],
  },

  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    specification: "AWS::IAM::OIDCProvider",
    properties: { clientIdLists: "ClientIdList", thumbprintLists: "ThumbprintList" },
    required: ["clientIdLists", "url"],
    ordered: { thumbprintLists: `${providerDocs}/iam_openid_connect_provider` },
    physicalName: {
      property: "url",
      limit: 255,
      pattern: /^https:\/\//,
      unique: "account",
      automatic: false,
    },
    id: providerArn,
    computed: { arn: providerArn },
  },
};

/** Any moment does: nothing depends on it. */
const createDate = "2026-01-01T00:00:00Z";

function arn({ account, inputs }: NewResource, kind: string): string {
  return `arn:aws:iam::${account}:${kind}${inputs.path ?? "/"}${inputs.name}`;
}

function providerArn({ account, inputs }: NewResource): string {
  return `arn:aws:iam::${account}:oidc-provider/${`${inputs.url}`.replace("https://", "")}`;
}

/** Prefixes by kind: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
function uniqueId(prefix: string, { hex }: NewResource): string {
  return `${prefix}${hex(17).toUpperCase()}`;
}

/** @param limit most characters, white space not counted; source: `quotas` */
function documentMistakes(inputs: Properties, property: string, limit: number): readonly Mistake[] {
  const document = inputs[property];
  if (typeof document !== "string") return [];
  const { length } = document.replace(/\s/g, "");
  const allowed = `at most ${limit} characters (${quotas})`;
  if (length > limit) return [{ path: property, found: `${length} characters`, allowed }];
  return isPolicy(document)
    ? []
    : [{ path: property, found: "another text", allowed: "JSON with `Version` and `Statement`" }];
}

function isPolicy(document: string): boolean {
  try {
    const { Version, Statement } = JSON.parse(document);
    return Version !== undefined && Statement !== undefined;
  } catch {
    return false;
  }
}

function outside(inputs: Properties, property: string, least: number, most: number): readonly Mistake[] {
  const value = inputs[property];
  if (value === undefined || (Number(value) >= least && Number(value) <= most)) return [];
  return [{ path: property, found: `${value}`, allowed: `from ${least} to ${most}` }];
}
