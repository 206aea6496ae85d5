import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { boundaryArn, bounded, DeployRole, type DeployRoleArgs } from "./deploy-role.ts";
import { recordResources } from "./mocks.ts";

const args: DeployRoleArgs = {
  environment: "prod",
  repository: "acme/shop",
  oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
  account: "123456789012",
  regions: ["us-east-1", "eu-west-1", "ap-southeast-2"],
  stateBucketArn: "arn:aws:s3:::keelson-state",
  stateKeyArn: "arn:aws:kms:us-east-1:123456789012:key/1",
};

interface Statement {
  Sid?: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources();
});

async function made(changes: Partial<DeployRoleArgs> = {}): Promise<void> {
  new DeployRole("keelson-prod-deploy", { ...args, ...changes }, {});
  await recorded.settled();
}

const policies = () => recorded.of("aws:iam/policy:Policy");
const boundary = () => policies().filter(({ name }) => name === "keelson-prod-boundary");
const documentOf = ({ inputs }: { inputs: { policy?: string } }): Statement[] =>
  JSON.parse(inputs.policy ?? "{}").Statement;
const granted = () =>
  policies()
    .filter((policy) => !boundary().includes(policy))
    .flatMap(documentOf);
const list = (value: string | string[]) => [value].flat();
const actionsOf = (statements: Statement[]) => statements.flatMap(({ Action }) => list(Action));

function trusted(): Record<string, string> {
  const { assumeRolePolicy } = recorded.of("aws:iam/role:Role")[0]?.inputs ?? {};
  return JSON.parse(assumeRolePolicy).Statement[0].Condition.StringEquals;
}

test.each([
  ["deploy", "repo:acme/shop:environment:prod"],
  ["preview", "repo:acme/shop:environment:prod-preview"],
] as const)("a role to %s is taken by its GitHub environment alone", async (purpose, sub) => {
  await made({ purpose });
  expect(trusted()).toEqual({
    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    "token.actions.githubusercontent.com:sub": sub,
  });
});

describe("the role to deploy", () => {
  test("has no wildcard among its actions, and nor has the boundary", async () => {
    await made();
    expect(actionsOf(policies().flatMap(documentOf)).filter((action) => action.includes("*"))).toEqual([]);
  });

  test("has policies that AWS accepts: ten at most, 6,144 characters each", async () => {
    await made();
    expect(recorded.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").length).toBeLessThanOrEqual(10);
    for (const { name, inputs } of policies()) {
      expect(inputs.policy.length, name).toBeLessThanOrEqual(6144);
    }
  });

  test("changes nothing on any resource whatever but what AWS gives no ARN, or a tag in its stead", async () => {
    await made();
    const anywhere = granted().filter(({ Resource }) => list(Resource).includes("*"));
    const changes = actionsOf(anywhere).filter((action) => !/:(Describe|Get|List|View)/.test(action));
    expect(changes.sort()).toEqual([
      "kms:CreateKey",
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ]);
  });

  test("makes roles under its environment's names and the boundary alone, and reaches not its own", async () => {
    await made();
    const identities = granted().filter(({ Action }) => list(Action).some((each) => each.startsWith("iam:")));
    const writes = identities.filter(({ Resource }) => !list(Resource).includes("*"));
    for (const { Resource } of writes) {
      expect(list(Resource).join()).toMatch(/\/keelson-prod-\*|aws-service-role/);
    }
    const powers = [
      "iam:CreateRole",
      "iam:PutRolePolicy",
      "iam:AttachRolePolicy",
      "iam:PutRolePermissionsBoundary",
    ];
    for (const statement of identities.filter(({ Action }) =>
      list(Action).some((it) => powers.includes(it)),
    )) {
      expect(statement.Condition?.StringEquals?.["iam:PermissionsBoundary"]).toBe(
        boundaryArn(args.account, "prod"),
      );
    }
    expect(recorded.of("aws:iam/role:Role")[0]?.inputs.path).toBe("/keelson-bootstrap/");
    expect(actionsOf(granted())).not.toContain("iam:CreatePolicy");
    expect(actionsOf(granted())).not.toContain("iam:DeleteRolePermissionsBoundary");
  });

  test("may act in every service that a component of the platform uses", async () => {
    await made();
    const services = new Set(actionsOf(granted()).map((action) => action.split(":")[0]));
    const names: Record<string, string> = {
      vpc: "ec2",
      appautoscaling: "application-autoscaling",
    };
    const missing = usedModules().filter((module) => !services.has(names[module] ?? module));
    // Makes a role without the boundary, so that administrators deploy it.
    expect(missing).toEqual(["serverlessrepository"]);
  });

  test("gives the roles it makes no power over identities, keys' policies and data stores", async () => {
    await made();
    const actions = actionsOf(boundary().flatMap(documentOf));
    expect(actions.filter((action) => action.startsWith("iam:"))).toEqual(["iam:CreateServiceLinkedRole"]);
    expect(actions).not.toContain("kms:PutKeyPolicy");
    expect(
      actions.filter((action) => /^(rds|elasticache|s3|eks):(Create|Delete|Modify)/.test(action)),
    ).toEqual([]);
  });
});

test("the role to preview reads, and no secret's value", async () => {
  await made({ purpose: "preview" });
  const actions = actionsOf(granted());
  expect(actions.filter((action) => !/:(Describe|Get|List|View|Decrypt)/.test(action))).toEqual([]);
  expect(actions).not.toContain("secretsmanager:GetSecretValue");
  expect(actions).not.toContain("ssm:StartSession");
  expect(boundary()).toEqual([]);
});

test("the boundary is put on roles and on nothing else", () => {
  const transform = bounded(args.account, "prod");
  const of = (type: string) => transform({ type, name: "n", custom: true, props: { a: 1 }, opts: {} });
  expect(of("aws:iam/role:Role")).toEqual({
    props: { a: 1, permissionsBoundary: boundaryArn(args.account, "prod") },
    opts: {},
  });
  expect(of("aws:eks/cluster:Cluster")).toBeUndefined();
});

test.each([
  ["purpose", { purpose: "own" as "deploy" }, '"own"', /preview/],
  ["environment", { environment: "*" }, '"*"', /lower-case/],
  ["repository", { repository: "acme/*" }, '"acme/*"', /owner\/name/],
  ["account", { account: "12" }, '"12"', /12 digits/],
  ["regions.0", { regions: ["*"] }, '"*"', /us-east-1/],
  ["regions", { regions: [] }, "none", /one at least/],
])("refuses a wrong %s", (path, changes, found, allowed) => {
  const mistakes = refusalOf(() => new DeployRole("keelson-prod-deploy", { ...args, ...changes }, {}));
  expect(mistakes).toEqual([{ path, found, allowed: expect.stringMatching(allowed) }]);
  expect(recorded.all).toEqual([]);
});

/** Modules of the provider of which this folder makes resources. */
function usedModules(): string[] {
  const folder = import.meta.dirname;
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const modules = files.flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/new aws\.(\w+)\.\w+\(/g)].map(
      ([, module]) => module ?? "",
    ),
  );
  return [...new Set(modules)];
}
