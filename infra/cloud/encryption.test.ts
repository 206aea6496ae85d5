import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { Encryption, type EncryptionArgs } from "./encryption.ts";
import { recordResources } from "./mocks.ts";

const args: EncryptionArgs = {
  account: "123456789012",
  region: "eu-west-1",
  deletionWindowDays: 30,
  protect: true,
};
const purposes = ["cache", "cluster", "database", "disks", "logs", "notifications", "secrets"];
const existing = `arn:aws:kms:eu-west-1:${args.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

interface Statement {
  Sid: string;
  Effect: string;
  Principal: Record<string, string | string[]>;
  Action: string | string[];
  Resource: string;
  Condition?: Record<string, Record<string, string | string[]>>;
}

let recorded: Awaited<ReturnType<typeof recordResources>>;
beforeEach(async () => {
  recorded = await recordResources();
});

async function made(changed: Partial<EncryptionArgs> = {}, options: pulumi.ComponentResourceOptions = {}) {
  const encryption = new Encryption("acme-keys", { ...args, ...changed }, options);
  await recorded.settled();
  return encryption;
}

const keys = () => recorded.of("aws:kms/key:Key");
const actions = ({ Action }: Statement) => [Action].flat();

function policyOf(purpose: string): Statement[] {
  const key = keys().find(({ name }) => name === `acme-keys-${purpose}`);
  return JSON.parse(key?.inputs.policy).Statement;
}

/** All but the statement of administration. */
const usesOf = (purpose: string) => policyOf(purpose).slice(1);

const viaServices = (purpose: string) =>
  usesOf(purpose)
    .flatMap(({ Condition }) => Condition?.StringEquals?.["kms:ViaService"] ?? [])
    .filter((service, index, all) => all.indexOf(service) === index);

function mistakesOf(changed: Partial<EncryptionArgs>, name = "acme-keys") {
  return refusalOf(() => new Encryption(name, { ...args, ...changed }));
}

test("each purpose has a key that is rotated and outlives its deletion, with an alias", async () => {
  const encryption = await made();
  expect(
    keys()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(purposes.map((purpose) => `acme-keys-${purpose}`));
  for (const { inputs } of keys()) {
    expect(inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    expect(inputs).not.toHaveProperty("bypassPolicyLockoutSafetyCheck");
  }
  const aliases = recorded.of("aws:kms/alias:Alias").map(({ inputs }) => inputs.name);
  expect(aliases.sort()).toEqual(purposes.map((purpose) => `alias/acme-keys-${purpose}`));
  expect(Object.keys(encryption.keys).sort()).toEqual(purposes);
  const arns = await new Promise((resolve) => pulumi.output(encryption.keys).apply(resolve));
  expect(arns).toMatchObject({ cache: "arn:aws:mock:us-east-1:123456789012:acme-keys-cache" });
});

test.each([true, false])("keys are protected as asked: %s", async (protect) => {
  const seen: unknown[] = [];
  const look: pulumi.ResourceTransformation = ({ type, opts }) => {
    if (type === "aws:kms/key:Key") seen.push(opts.protect);
    return undefined;
  };
  await made({ protect }, { transformations: [look] });
  expect(seen).toEqual(purposes.map(() => protect));
});

test("an existing key takes the place of an own one", async () => {
  const encryption = await made({ existing: { secrets: existing } });
  expect(keys().map(({ name }) => name)).not.toContain("acme-keys-secrets");
  expect(keys()).toHaveLength(purposes.length - 1);
  expect(recorded.of("aws:kms/alias:Alias")).toHaveLength(purposes.length - 1);
  expect(await new Promise((resolve) => encryption.keys.secrets.apply(resolve))).toBe(existing);
});

test("a transform has the last word on its purpose's key alone", async () => {
  await made({ transform: { logs: (key) => ({ ...key, rotationPeriodInDays: 90 }) } });
  const changed = keys().filter(({ inputs }) => inputs.rotationPeriodInDays === 90);
  expect(changed.map(({ name }) => name)).toEqual(["acme-keys-logs"]);
});

describe("the policy of a key", () => {
  beforeEach(() => made());

  it.each(purposes)("names each action and speaks of the key alone: %s", (purpose) => {
    for (const statement of policyOf(purpose)) {
      expect(statement.Effect).toBe("Allow");
      expect(statement.Resource).toBe("*");
      for (const action of actions(statement)) expect(action).toMatch(/^kms:[A-Za-z]+$/);
    }
  });

  it.each(purposes)("lets the account's IAM administer it, without using it: %s", (purpose) => {
    const [administration] = policyOf(purpose);
    expect(administration?.Principal).toEqual({ AWS: `arn:aws:iam::${args.account}:root` });
    const allowed = administration ? actions(administration) : [];
    expect(allowed).toContain("kms:PutKeyPolicy");
    expect(allowed.filter((action) => /crypt|GenerateData|CreateGrant/.test(action))).toEqual([]);
  });

  it.each(purposes)("lets nobody else in without a condition on this account: %s", (purpose) => {
    for (const { Condition } of usesOf(purpose)) expect(JSON.stringify(Condition)).toContain(args.account);
    for (const { Principal, Condition } of usesOf(purpose)) {
      if (Principal.AWS) expect(Condition?.StringEquals?.["kms:CallerAccount"]).toBe(args.account);
    }
  });

  it.each([
    ["database", ["rds"]],
    ["cache", ["elasticache", "dax"]],
    ["secrets", ["secretsmanager", "rds"]],
    ["cluster", ["eks"]],
    ["disks", ["ec2"]],
    ["notifications", ["sns"]],
    ["logs", []],
  ])("is for its service in its region: %s", (purpose, services) => {
    expect(viaServices(purpose)).toEqual(services.map((service) => `${service}.eu-west-1.amazonaws.com`));
  });

  it("lets EKS have a grant in the name of who creates the cluster, and no more", () => {
    expect(usesOf("cluster").flatMap(actions)).toEqual(["kms:CreateGrant", "kms:DescribeKey"]);
    expect(usesOf("cluster")[0]?.Condition).not.toHaveProperty("Bool");
  });

  it("lets CloudWatch Logs encrypt this account's log groups", () => {
    expect(usesOf("logs")).toHaveLength(1);
    expect(usesOf("logs")[0]).toMatchObject({
      Principal: { Service: "logs.eu-west-1.amazonaws.com" },
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*",
        },
      },
    });
  });

  it("lets Auto Scaling start nodes, and make grants for volumes only", () => {
    const role =
      "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    const byRole = usesOf("disks").filter(
      ({ Condition }) => Condition?.ArnEquals?.["aws:PrincipalArn"] === role,
    );
    expect(byRole.map(({ Sid }) => Sid)).toEqual(["UseByAutoScaling", "GrantsByAutoScaling"]);
    const grants = usesOf("disks").filter((statement) => actions(statement).includes("kms:CreateGrant"));
    expect(grants).toHaveLength(2);
    for (const { Condition } of grants) {
      expect(Condition?.Bool).toEqual({ "kms:GrantIsForAWSResource": "true" });
      expect(Condition?.StringEquals).toHaveProperty("kms:CallerAccount");
    }
  });

  it("lets what sends notifications encrypt them for this account", () => {
    expect(usesOf("notifications")).toContainEqual({
      Sid: "AlarmsAndEventsOfThisAccount",
      Effect: "Allow",
      Principal: {
        Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.rds.amazonaws.com"],
      },
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
  });
});

describe("wrong arguments are refused before anything is registered", () => {
  it.each([
    [{ account: "1234" }, "account", '"1234"', "twelve digits"],
    [{ region: "Ireland" }, "region", '"Ireland"', "a region such as us-east-1"],
    [{ deletionWindowDays: 6 }, "deletionWindowDays", "6", "a whole number from 7 to 30"],
    [{ deletionWindowDays: 31 }, "deletionWindowDays", "31", "a whole number from 7 to 30"],
    [{ existing: { logs: "my-key" } }, "existing.logs", '"my-key"', "the ARN of a KMS key"],
    [
      { existing: { logs: existing.replace("eu-west-1", "us-east-1") } },
      "existing.logs",
      JSON.stringify(existing.replace("eu-west-1", "us-east-1")),
      "a key of eu-west-1",
    ],
  ])("%o", (changed, path, found, allowed) => {
    expect(mistakesOf(changed)).toEqual([{ path, found, allowed }]);
    expect(recorded.all).toEqual([]);
  });

  it("a name that no alias can have", () => {
    expect(mistakesOf({}, "acme keys")).toEqual([
      { path: "name", found: '"acme keys"', allowed: "1 to 200 letters, digits, hyphens and underscores" },
    ]);
  });

  it("all at once", () => {
    expect(mistakesOf({ account: "1", deletionWindowDays: 0 })).toHaveLength(2);
  });
});
