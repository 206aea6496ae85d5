/** Every AWS type that has a stand-in, and what is said of all of them. */
import type { Path } from "../comparison.ts";
import { appautoscaling } from "./appautoscaling.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { ec2 } from "./ec2.ts";
import { eks } from "./eks.ts";
import { elasticache } from "./elasticache.ts";
import type { AwsType, AwsTypes } from "./entry.ts";
import { iam } from "./iam.ts";
import { kms } from "./kms.ts";
import { operations } from "./operations.ts";
import { rds, serverlessrepository } from "./rds.ts";
import { secretsmanager } from "./secretsmanager.ts";
import { type AwsDescription, describe } from "./specification.ts";

/** Rows by the file they stand in, which errors name. */
export const files: Readonly<Record<string, AwsTypes>> = {
  appautoscaling,
  cloudwatch,
  ec2,
  eks,
  elasticache,
  iam,
  kms,
  operations,
  rds: { ...rds, ...serverlessrepository },
  secretsmanager,
};

const rows = new Map(Object.values(files).flatMap((file) => Object.entries(file)));

/** A row with what the specification says of its type. */
export interface DescribedType extends AwsType {
  readonly type: string;
  readonly description: AwsDescription;
  /** Whether it is in one region; else it is in all. */
  readonly isRegional: boolean;
}

/** Whether a property is one that types have in common: the specification is not asked about it. */
export function isCommon(row: DescribedType, [property]: Path): boolean {
  if (property === defaults) return true;
  if (property === "region") return row.isRegional;
  return (property === "tags" || property === "tagsAll") && row.description.isTaggable;
}

/** The input in which the provider notes which others it set by itself, such as automatic names. */
export const defaults = "__defaults";

const described = new Map<string, DescribedType>();

/** @throws Error that says which file lacks it, when there is no row */
export function describedType(type: string): DescribedType {
  const there = described.get(type);
  if (there) return there;
  const row = rows.get(type);
  if (!row) throw new Error(`found the type ${type}, which has no stand-in; add it to ${fileOf(type)}`);
  const made = { ...row, type, description: describe(row), isRegional: !isGlobal(type) };
  described.set(type, made);
  return made;
}

/** Modules and types whose resources have no `region`: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support */
const globalModules = new Set(["account", "budgets", "cloudfront", "iam", "organizations", "route53"]);
const globalTypes = new Set(["aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"]);

function isGlobal(type: string): boolean {
  return globalModules.has(moduleOf(type)) || globalTypes.has(type);
}

/** Such as `ec2` of `aws:ec2/vpc:Vpc`. */
export function moduleOf(type: string): string {
  return type.split(":")[1]?.split("/")[0] ?? "";
}

/** The file a type's row stands in, or should. */
export function fileOf(type: string): string {
  const module = moduleOf(type);
  const there = Object.entries(files).find(
    ([, file]) => type in file || Object.keys(file).some((each) => moduleOf(each) === module),
  );
  return `infra/rehearsal/aws/${there?.[0] ?? module}.ts`;
}
