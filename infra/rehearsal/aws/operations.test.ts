import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { Bootstrap } from "../../bootstrap/bootstrap.ts";
import { readSettings } from "../../bootstrap/settings.ts";
import { Budget } from "../../cloud/budget.ts";
import { recordResources } from "../../cloud/mocks.ts";
import { Notifications } from "../../cloud/notifications.ts";
import { refusals } from "./check.ts";
import type { LivingResource, NewResource } from "./entry.ts";
import { operations } from "./operations.ts";
import { describe } from "./specification.ts";

const account = "123456789012";
const roleType = "aws:iam/serviceLinkedRole:ServiceLinkedRole";
let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources({ "aws:s3/bucket:Bucket": () => ({ bucket: "state-1a2b3c4" }) });
});

function row(type: string) {
  const found = operations[type];
  if (!found) throw new Error(`no row for ${type}`);
  return { ...found, type, description: describe(found), isRegional: !/^aws:(iam|budgets|organ)/.test(type) };
}

function resource(inputs: NewResource["inputs"], living: LivingResource[] = []): NewResource {
  return {
    name: "one",
    inputs,
    previous: {},
    region: "us-east-1",
    account,
    hex: (length) => "0123456789abcdef".repeat(3).slice(0, length),
    find: (_, reference) => living.find(({ id }) => id === reference),
    living: () => living,
  };
}

/** As the provider makes one. */
function physicalName(type: string): NewResource["inputs"] {
  const { physicalName: name } = row(type);
  return name ? { [name.property]: "one-1a2b3c4" } : {};
}

function withoutSecrets(inputs: NewResource["inputs"]): NewResource["inputs"] {
  const pairs = Object.entries(inputs).map(([name, value]) => [name, pulumi.runtime.unwrapRpcSecret(value)]);
  return Object.fromEntries(pairs);
}

function lives(inputs: LivingResource["inputs"], id = "it"): LivingResource {
  return { type: "", urn: "", id, region: "us-east-1", inputs, outputs: {} };
}

test("nothing that the components make is refused, and every type has its row", async () => {
  const topicArn = `arn:aws:sns:us-east-1:${account}:one`;
  const keyArn = `arn:aws:kms:us-east-1:${account}:key/one`;
  const subscribers = ["ops@example.com", "https://example.com/hook"];
  new Notifications("notify", { account, region: "us-east-1", keyArn, subscribers });
  new Budget("budget", { monthlyLimit: 10, topicArn, stack: "dev" });
  const settings = readSettings("dev", {
    "keelson-bootstrap:account": account,
    "keelson-bootstrap:serviceLinkedRoles": ["rds"],
    "keelson-bootstrap:accounts": [{ name: "dev", email: "dev@example.com" }],
  });
  new Bootstrap("keelson", { stack: "dev", settings });
  await recorded.settled();
  const others = /^(pulumi:|keelson:|aws:kms\/|aws:iam\/role)/;
  const own = recorded.all.filter(({ type }) => !others.test(type));
  expect(new Set(own.map(({ type }) => type))).toEqual(new Set(Object.keys(operations)));
  for (const { type, inputs: recordedInputs } of own) {
    const inputs = { ...physicalName(type), ...withoutSecrets(recordedInputs) };
    expect(refusals(row(type), inputs), type).toEqual([]);
    const known = row(type).refuse?.(resource(inputs)) ?? [];
    expect(known, type).toEqual([]);
  }
});

test("every behaviour of ours has an address", () => {
  for (const { properties = {}, taggable } of Object.values(operations)) {
    for (const entry of Object.values(properties)) {
      if (typeof entry === "object") expect(entry.source).toMatch(/^https:\/\//);
    }
    if (taggable) expect(taggable.source).toMatch(/^https:\/\//);
  }
});

test("ids and ARNs are as the provider has them", () => {
  const of = (type: string, inputs: NewResource["inputs"]) => {
    const { id, computed = {} } = row(type);
    const all = resource(inputs);
    return { id: id(all), arn: computed.arn?.(all) };
  };
  const topic = `arn:aws:sns:us-east-1:${account}:notify-1a2b3c4`;
  expect(of("aws:sns/topic:Topic", { name: "notify-1a2b3c4" })).toEqual({ id: topic, arn: topic });
  expect(of("aws:sns/topicSubscription:TopicSubscription", { topic }).id).toBe(
    `${topic}:01234567-89ab-cdef-0123-456789abcdef`,
  );
  expect(of("aws:budgets/budget:Budget", { name: "month" })).toEqual({
    id: `${account}:month`,
    arn: `arn:aws:budgets::${account}:budget/month`,
  });
  expect(of("aws:s3/bucket:Bucket", { bucket: "state" })).toEqual({ id: "state", arn: "arn:aws:s3:::state" });
  expect(of("aws:organizations/account:Account", {}).id).toMatch(/^\d{12}$/);
  expect(of(roleType, { awsServiceName: "rds.amazonaws.com" }).id).toBe(
    `arn:aws:iam::${account}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS`,
  );
});

test.each([
  ["aws:sns/topic:Topic", "kmsMasterKeyId", "update"],
  ["aws:sns/topicSubscription:TopicSubscription", "endpoint", "replace"],
  ["aws:budgets/budget:Budget", "limitAmount", "update"],
  ["aws:budgets/budget:Budget", "notifications.threshold", "update"],
  ["aws:rds/eventSubscription:EventSubscription", "snsTopic", "update"],
  ["aws:cloudwatch/eventTarget:EventTarget", "rule", "replace"],
  ["aws:cloudwatch/eventTarget:EventTarget", "inputTransformer.inputPaths.type", "update"],
  ["aws:s3/bucket:Bucket", "bucket", "replace"],
  ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "rules.status", "update"],
  ["aws:organizations/account:Account", "email", "replace"],
  ["aws:organizations/account:Account", "name", "replace"],
])("a change of %s: %s is a %s", (type, path, change) => {
  expect(row(type).description.property(path.split("."))?.change).toBe(change);
});

test("a service-linked role that the account has cannot be made again", () => {
  const inputs = { awsServiceName: "rds.amazonaws.com" };
  const there = lives(inputs, row(roleType).id(resource(inputs)));
  expect(row(roleType).refuse?.(resource(inputs, [there]))).toMatchObject([{ path: "awsServiceName" }]);
  expect(row(roleType).refuse?.({ ...resource(inputs, [there]), previous: inputs })).toEqual([]);
});

test("an address belongs to one account", () => {
  const type = "aws:organizations/account:Account";
  const there = lives({ email: "dev@example.com" });
  expect(row(type).refuse?.(resource({ email: "dev@example.com" }, [there]))).toMatchObject([
    { path: "email" },
  ]);
  expect(row(type).refuse?.(resource({ email: "prod@example.com" }, [there]))).toEqual([]);
});

test("what AWS would not read is refused", () => {
  const rule = row("aws:cloudwatch/eventRule:EventRule");
  expect(rule.refuse?.(resource({ eventPattern: "{" }))).toMatchObject([{ path: "eventPattern" }]);
  const subscription = row("aws:sns/topicSubscription:TopicSubscription");
  const wrong = { protocol: "https", endpoint: "http://example.com/token" };
  const [mistake] = subscription.refuse?.(resource(wrong)) ?? [];
  expect(mistake?.path).toBe("endpoint");
  expect(JSON.stringify(mistake)).not.toContain("token");
  const events = row("aws:rds/eventSubscription:EventSubscription");
  expect(events.refuse?.(resource({ sourceIds: ["one"] }))).toMatchObject([{ path: "sourceType" }]);
});
