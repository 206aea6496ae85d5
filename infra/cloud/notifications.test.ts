import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { recordResources } from "./mocks.ts";
import { Notifications, type NotificationsArgs } from "./notifications.ts";

const account = "123456789012";
let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources();
});

function notify(changed: Partial<NotificationsArgs> = {}, name = "notify") {
  const keyArn = `arn:aws:kms:us-east-1:${account}:key/notifications`;
  return new Notifications(name, { account, region: "us-east-1", keyArn, subscribers: [], ...changed });
}

function only(type: string) {
  const [resource] = recorded.of(type);
  if (!resource) throw new Error(`no ${type}`);
  return resource.inputs;
}

test("the topic is encrypted, and known only once its policy is there", async () => {
  const { topicArn } = notify();
  const arn = await new Promise<string>((resolve) => topicArn.apply(resolve));
  await recorded.settled();
  expect(only("aws:sns/topic:Topic").kmsMasterKeyId).toMatch(/key\/notifications$/);
  expect(arn).toBe(only("aws:sns/topicPolicy:TopicPolicy").arn);
});

test("only services of this account publish to the topic", async () => {
  notify();
  await recorded.settled();
  const { Statement: statements } = JSON.parse(only("aws:sns/topicPolicy:TopicPolicy").policy);
  const conditions = statements.map((statement: { Principal: { Service: string }; Condition?: object }) => [
    statement.Principal.Service,
    statement.Condition,
  ]);
  const own = { StringEquals: { "aws:SourceAccount": account } };
  expect(Object.fromEntries(conditions)).toEqual({
    "cloudwatch.amazonaws.com": {
      ...own,
      ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:us-east-1:${account}:alarm:*` },
    },
    "budgets.amazonaws.com": { ...own, ArnLike: { "aws:SourceArn": `arn:aws:budgets::${account}:*` } },
    "events.rds.amazonaws.com": {
      ...own,
      ArnLike: { "aws:SourceArn": `arn:aws:rds:us-east-1:${account}:*` },
    },
  });
  for (const { Action, Resource } of statements) {
    expect(Action).toBe("sns:Publish");
    expect(Resource).toMatch(/^arn:aws:/);
  }
});

test("every subscriber is subscribed by its protocol, under a name that does not tell its address", async () => {
  notify({ subscribers: ["ops@example.com", "https://events.example.com/abcdef"] });
  await recorded.settled();
  const { email, https } = byProtocol();
  expect(email?.inputs.endpoint).toBe("ops@example.com");
  expect(email?.name).toMatch(/^notify-email-[0-9a-f]{8}$/);
  expect(https?.name).toMatch(/^notify-https-[0-9a-f]{8}$/);
});

test("an https address is a secret, for it may hold a token", async () => {
  notify({ subscribers: ["ops@example.com", "https://events.example.com/abcdef"] });
  await recorded.settled();
  const { email, https } = byProtocol();
  expect(pulumi.runtime.isRpcSecret(https?.inputs.endpoint)).toBe(true);
  expect(pulumi.runtime.isRpcSecret(email?.inputs.endpoint)).toBe(false);
});

function byProtocol() {
  const subscriptions = recorded.of("aws:sns/topicSubscription:TopicSubscription");
  return Object.fromEntries(subscriptions.map((each) => [each.inputs.protocol, each]));
}

test("failovers, failures and maintenance of databases are told", async () => {
  notify();
  await recorded.settled();
  const told = recorded
    .of("aws:rds/eventSubscription:EventSubscription")
    .map(({ inputs }) => [inputs.sourceType, inputs.eventCategories]);
  expect(Object.fromEntries(told)).toEqual({
    "db-cluster": ["failover", "failure", "maintenance"],
    "db-instance": ["failure", "maintenance"],
  });
});

test("every rule has a target with a message whose placeholders are all filled", async () => {
  notify();
  await recorded.settled();
  const rules = recorded.of("aws:cloudwatch/eventRule:EventRule");
  const targets = recorded.of("aws:cloudwatch/eventTarget:EventTarget");
  expect(targets.map(({ name }) => name)).toEqual(rules.map(({ name }) => name));
  for (const { inputs } of targets) {
    const { inputPaths, inputTemplate } = inputs.inputTransformer;
    const placeholders = JSON.parse(inputTemplate).match(/(?<=<)\w+(?=>)/g);
    expect(new Set(placeholders)).toEqual(new Set(Object.keys(inputPaths)));
  }
});

test("EventBridge publishes by a role that only this account's rules can take", async () => {
  notify();
  await recorded.settled();
  const trust = JSON.parse(only("aws:iam/role:Role").assumeRolePolicy).Statement[0];
  expect(trust.Principal).toEqual({ Service: "events.amazonaws.com" });
  expect(trust.Condition).toEqual({ StringEquals: { "aws:SourceAccount": account } });
  const { Statement: statements } = JSON.parse(only("aws:iam/rolePolicy:RolePolicy").policy);
  const topicArn = only("aws:sns/topicPolicy:TopicPolicy").arn;
  expect(statements).toEqual([{ Effect: "Allow", Action: "sns:Publish", Resource: topicArn }]);
  for (const { inputs } of recorded.of("aws:cloudwatch/eventTarget:EventTarget")) {
    expect(inputs.roleArn).toMatch(/notify-events$/);
  }
});

test("the loss of a key is told when the call succeeded", async () => {
  notify();
  await recorded.settled();
  const rule = recorded.of("aws:cloudwatch/eventRule:EventRule").find(({ name }) => /key-loss/.test(name));
  expect(JSON.parse(rule?.inputs.eventPattern).detail).toMatchObject({
    eventName: ["ScheduleKeyDeletion", "DisableKey"],
    errorCode: [{ exists: false }],
  });
});

test("a transform has the last word", async () => {
  notify({ transform: { topic: (args) => ({ ...args, displayName: "Keelson" }) } });
  await recorded.settled();
  expect(only("aws:sns/topic:Topic")).toMatchObject({ displayName: "Keelson" });
});

test("wrong subscribers are all told, without what may be a token, and nothing is registered", async () => {
  const wrong = ["ops", "http://events.example.com/token", "ops@example.com", "ops@example.com"];
  const allowed = "an e-mail address or an https address, each once";
  expect(refusalOf(() => notify({ subscribers: wrong }))).toEqual([
    { path: "subscribers.0", found: '"ops"', allowed },
    { path: "subscribers.1", found: '"http://events.example.com/…"', allowed },
    { path: "subscribers.3", found: '"ops@example.com"', allowed },
  ]);
  await recorded.settled();
  expect(recorded.all).toEqual([]);
});

test("a name that leaves no room for the names of its rules is refused", () => {
  expect(() => notify({}, "n".repeat(60))).toThrow(/name of the eventRule/);
});
