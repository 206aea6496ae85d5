/** The roles that pipelines take through GitHub's identity tokens: to deploy an environment, or to preview it. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { boundaryPermissions, readPermissions, writePermissions } from "./deploy-permissions.ts";
import { policyDocument, type Statement } from "./iam.ts";
import { type Transform, transformed } from "./transform.ts";

export interface DeployRoleArgs {
  /** `deploy`, the default, may change everything of the environment; `preview` reads it, secrets' values excepted. */
  readonly purpose?: "deploy" | "preview";
  /** `dev`, `staging` or `prod`. */
  readonly environment: string;
  /** The repository whose pipelines take it, `owner/name`. */
  readonly repository: string;
  /** ARN of the account's identity provider for `token.actions.githubusercontent.com`. */
  readonly oidcProviderArn: pulumi.Input<string>;
  readonly account: string;
  /** Regions that the environment is in. */
  readonly regions: readonly string[];
  /** The bucket of the environment's state, and the KMS key that encrypts it and its secrets. */
  readonly stateBucketArn: pulumi.Input<string>;
  readonly stateKeyArn: pulumi.Input<string>;
  readonly transform?: { role?: Transform<aws.iam.RoleArgs> };
}

const issuer = "token.actions.githubusercontent.com";
/** Apart from the roles of stacks, so that no pipeline reaches its own. */
const path = "/keelson-bootstrap/";
/** The first `pulumi up` of an environment takes more than the hour that is AWS' default. */
const longestSession = 4 * 60 * 60;

/**
 * Deploys everything but the function that rotates a global database's master password: AWS' application for it makes
 * a role of its own, without the boundary. Who takes an administrator's role deploys a stack with `database.isGlobal`.
 */
export class DeployRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  /** @throws InvalidInput with every wrong argument */
  constructor(name: string, args: DeployRoleArgs, options: pulumi.ComponentResourceOptions) {
    check(name, args);
    super("keelson:cloud:DeployRole", name, {}, options);
    const { purpose = "deploy", environment } = args;
    if (purpose === "deploy") this.#boundary(args);
    const deployRole = new aws.iam.Role(
      name,
      transformed(
        {
          path,
          description: `Pipelines of ${args.repository}: ${purpose} of ${environment}`,
          assumeRolePolicy: policyDocument([trust(args)]),
          maxSessionDuration: longestSession,
        },
        args.transform?.role,
      ),
      { parent: this },
    );
    for (const [policy, statements] of Object.entries(permissions(args))) {
      this.#attach(`${name}-${policy}`, deployRole, statements);
    }
    this.arn = deployRole.arn;
    this.registerOutputs();
  }

  #boundary({ account, environment }: DeployRoleArgs): void {
    const boundary = `keelson-${environment}-boundary`;
    new aws.iam.Policy(
      boundary,
      {
        name: boundary,
        path,
        description: `The most that roles of ${environment} may do`,
        policy: policyDocument(boundaryPermissions(account)),
      },
      { parent: this },
    );
  }

  #attach(name: string, deployRole: aws.iam.Role, statements: readonly Statement[]): void {
    const child = { parent: this };
    const policy = new aws.iam.Policy(name, { path, policy: policyDocument(statements) }, child);
    new aws.iam.RolePolicyAttachment(name, { role: deployRole.name, policyArn: policy.arn }, child);
  }
}

/** ARN of the policy that bounds every role of an environment. It is made with the environment's deploy role. */
export function boundaryArn(account: string, environment: string): string {
  return `arn:aws:iam::${account}:policy${path}keelson-${environment}-boundary`;
}

/**
 * Puts the boundary on every role below a component: an option of its, `transforms: [bounded(…)]`. A stack that the
 * deploy role deploys needs it, because that makes no role without.
 */
export function bounded(account: string, environment: string): pulumi.ResourceTransform {
  const permissionsBoundary = boundaryArn(account, environment);
  return ({ type, props, opts }) =>
    type === "aws:iam/role:Role" ? { props: { ...props, permissionsBoundary }, opts } : undefined;
}

/** A job of the repository that runs in the GitHub environment: `prod` to deploy, `prod-preview` to preview. */
function trust({ purpose, environment, repository, oidcProviderArn }: DeployRoleArgs): Statement {
  const gate = purpose === "preview" ? `${environment}-preview` : environment;
  return {
    Principal: { Federated: oidcProviderArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: `repo:${repository}:environment:${gate}`,
      },
    },
  };
}

function permissions(args: DeployRoleArgs): Record<string, Statement[]> {
  const { purpose, account, regions, environment } = args;
  if (purpose === "preview") return { ...readPermissions(), state: readState(args) };
  const reach = { account, regions, environment, boundaryArn: boundaryArn(account, environment) };
  return {
    ...readPermissions(),
    ...writePermissions(reach),
    state: [...readState(args), ...writeState(args)],
  };
}

function readState({ stateBucketArn, stateKeyArn }: DeployRoleArgs): Statement[] {
  return [
    { Action: ["s3:GetBucketLocation", "s3:ListBucket"], Resource: stateBucketArn },
    { Action: "s3:GetObject", Resource: pulumi.interpolate`${stateBucketArn}/.pulumi/*` },
    { Action: ["kms:Decrypt", "kms:DescribeKey"], Resource: stateKeyArn },
  ];
}

function writeState({ stateBucketArn, stateKeyArn }: DeployRoleArgs): Statement[] {
  return [
    {
      Action: ["s3:DeleteObject", "s3:PutObject"],
      Resource: pulumi.interpolate`${stateBucketArn}/.pulumi/*`,
    },
    { Action: ["kms:Encrypt", "kms:GenerateDataKey"], Resource: stateKeyArn },
  ];
}

/** @throws InvalidInput with every wrong argument */
function check(name: string, args: DeployRoleArgs): void {
  const rules: [path: string, value: string, pattern: RegExp, allowed: string][] = [
    ["purpose", args.purpose ?? "deploy", /^(deploy|preview)$/, '"deploy" or "preview"'],
    ["environment", args.environment, /^[a-z][a-z0-9]{0,11}$/, "1 to 12 lower-case letters and digits"],
    ["repository", args.repository, /^[\w.-]+\/[\w.-]+$/, "owner/name"],
    ["account", args.account, /^\d{12}$/, "12 digits"],
    ...args.regions.map((region, index): [string, string, RegExp, string] => [
      `regions.${index}`,
      region,
      /^[a-z]{2}(-[a-z]+)+-\d$/,
      "a region such as us-east-1",
    ]),
  ];
  const mistakes = rules.flatMap(([path, value, pattern, allowed]): Mistake[] =>
    pattern.test(value) ? [] : [{ path, found: JSON.stringify(value), allowed }],
  );
  if (args.regions.length === 0) mistakes.push({ path: "regions", found: "none", allowed: "one at least" });
  if (mistakes.length > 0) throw new InvalidInput(`DeployRole "${name}"`, mistakes);
}
