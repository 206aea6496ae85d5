/** Settings of the bootstrap of one account. */
import { type Static, Type } from "typebox";
import { type Mistake, validate } from "../../validate.ts";
import { keysIn } from "../config.ts";
import { type DeepReadonly, object } from "../schema.ts";
import { serviceLinkedRoles } from "./baseline.ts";

const text = (title: string, pattern: string) => Type.String({ title, pattern });
const region = text("an AWS region such as us-east-1", "^[a-z]{2}(-[a-z]+)+-\\d$");

const schema = object({
  account: text("the 12 digits of the AWS account, in quotes", "^\\d{12}$"),
  region: Type.String({ ...region, default: "us-east-1" }),
  regions: Type.Array(region, { uniqueItems: true, default: [] }),
  environments: Type.Array(Type.Enum(["dev", "staging", "prod"]), { uniqueItems: true, default: [] }),
  repository: Type.Optional(text("a GitHub repository as owner/name", "^[\\w.-]+/[\\w.-]+$")),
  oidcProviderArn: Type.Optional(
    text(
      "the ARN of the OIDC provider of GitHub",
      "^arn:aws:iam::\\d{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$",
    ),
  ),
  oldVersionDays: Type.Integer({ minimum: 1, maximum: 3650, default: 90 }),
  serviceLinkedRoles: Type.Array(Type.Enum([...serviceLinkedRoles]), { uniqueItems: true, default: [] }),
  accounts: Type.Array(
    object({
      name: text("1 to 50 characters", "^[ -~]{1,50}$"),
      email: text("an e-mail address of 6 to 64 characters", "^(?=.{6,64}$)[^@\\s]+@[^@\\s]+$"),
    }),
    { default: [] },
  ),
});

export type BootstrapSettings = DeepReadonly<Static<typeof schema>>;

/**
 * @param stack the stack's name, for the error's first line
 * @param config all keys of its configuration, as `pulumi.runtime.allConfig` gives them
 * @throws InvalidInput with every wrong field
 */
export function readSettings(stack: string, config: Readonly<Record<string, unknown>>): BootstrapSettings {
  const own = keysIn("keelson-bootstrap", config);
  const settings = validate(`Settings of bootstrap "${stack}"`, schema, own, [
    environmentsHaveRepository,
    accountsDiffer,
  ]);
  return settings.regions.length > 0 ? settings : { ...settings, regions: [settings.region] };
}

function environmentsHaveRepository({ environments, repository }: BootstrapSettings): Mistake[] {
  if (environments.length === 0 || repository) return [];
  const allowed = "a GitHub repository as owner/name, where environments are given";
  return [{ path: "repository", found: "nothing", allowed }];
}

function accountsDiffer({ accounts }: BootstrapSettings): Mistake[] {
  return (["name", "email"] as const).flatMap((field) =>
    accounts.flatMap((account, index): Mistake[] => {
      const first = accounts.findIndex((other) => other[field] === account[field]);
      if (first === index) return [];
      const allowed = `another than that of accounts.${first}`;
      return [{ path: `accounts.${index}.${field}`, found: JSON.stringify(account[field]), allowed }];
    }),
  );
}
