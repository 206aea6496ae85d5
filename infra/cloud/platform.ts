/** A stack in AWS. Reads as its table of contents. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput } from "../../validate.ts";
import { Budget } from "./budget.ts";
import { bounded } from "./deploy-role.ts";
import { Region, type RegionTransform } from "./region.ts";
import { regionCode } from "./region-code.ts";
import type { CloudSettings } from "./settings.ts";
import { defaultTags } from "./tags.ts";

export interface CloudPlatformArgs {
  /** The stack's name: part of every name. */
  stack: string;
  settings: CloudSettings;
  /** Changes of the main resources of each component, for what the settings do not foresee. */
  transform?: RegionTransform;
}

export class CloudPlatform extends pulumi.ComponentResource {
  /** What an operator, a pipeline or another stack needs to find the platform. */
  readonly outputs: object;

  /** @throws InvalidInput when the stack's name cannot be part of AWS's names, or a component refuses its arguments */
  constructor(args: CloudPlatformArgs) {
    const { stack, settings } = args;
    const { account, environment, region } = settings;
    checkStackName(stack);
    const name = `keelson-${stack}`;
    super("keelson:cloud:Platform", name, {}, { transforms: [bounded(account, environment)] });
    const primary = this.#region(`${name}-${regionCode(region)}`, args);
    new Budget(
      `${name}-budget`,
      { monthlyLimit: settings.monthlyBudget, topicArn: primary.notifications.topicArn },
      { parent: primary },
    );
    this.outputs = { account, region, ...primary.outputs };
    this.registerOutputs();
  }

  /** A region has a provider of its own, which works in no other account than the stack's. */
  #region(name: string, { stack, settings, transform }: CloudPlatformArgs): Region {
    const { region, account, environment } = settings;
    const tags = { ...settings.tags, ...defaultTags(stack, environment) };
    const provider = new aws.Provider(
      name,
      { region, allowedAccountIds: [account], defaultTags: { tags } },
      { parent: this },
    );
    return new Region(
      name,
      { settings, tags, ...(transform && { transform }) },
      { parent: this, providers: [provider] },
    );
  }
}

/** Replication groups have the shortest names in AWS, 40 characters, of which ours and the provider's leave 12. */
function checkStackName(stack: string): void {
  if (stack.length <= 12 && /^[a-z](-?[a-z0-9])*$/.test(stack)) return;
  const allowed = "at most 12 lower-case letters, digits and single hyphens, a letter first";
  throw new InvalidInput("The stack", [{ path: "name", found: JSON.stringify(stack), allowed }]);
}
