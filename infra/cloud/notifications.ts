/** Where the platform tells people what happens to it, and the events of AWS that Prometheus cannot see. */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { policyDocument, role, type Statement, trustService } from "./iam.ts";
import { checkNames } from "./names.ts";
import { type Transform, transformed } from "./transform.ts";

export interface NotificationsArgs {
  /** The 12 digits of the account; only its services may publish. */
  account: string;
  /** The region of the topic, such as us-east-1. */
  region: string;
  /**
   * ARN of the KMS key that the topic is encrypted with. Its policy has to let `cloudwatch`, `budgets` and
   * `events.rds`, and roles of the account through SNS, decrypt and generate data keys.
   */
  keyArn: pulumi.Input<string>;
  /**
   * E-mail addresses and https addresses. Each has to confirm once. An https address may hold a token of the
   * service that it calls, so it is kept as a secret.
   */
  subscribers: readonly string[];
  transform?: {
    topic?: Transform<aws.sns.TopicArgs>;
    eventRule?: Transform<aws.cloudwatch.EventRuleArgs>;
    eventSubscription?: Transform<aws.rds.EventSubscriptionArgs>;
  };
}

/** A topic, who hears it, and the events that are told to it. */
export class Notifications extends pulumi.ComponentResource {
  /** Known once the topic takes messages from the services that publish to it. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: NotificationsArgs, options?: pulumi.ComponentResourceOptions) {
    const subject = `Notifications "${name}"`;
    checkSubscribers(subject, args.subscribers);
    checkNames(subject, [
      ["role", `${name}-events`],
      ...Object.keys(rules).map((event) => ["eventRule", `${name}-${event}`] as const),
    ]);
    super("keelson:cloud:Notifications", name, {}, options);
    this.topicArn = this.#topic(name, args);
    for (const subscriber of args.subscribers) this.#subscribe(name, subscriber);
    for (const [source, categories] of Object.entries(databaseEvents)) {
      this.#databaseEvents(`${name}-${source}`, source, categories, args);
    }
    const publisher = this.#eventPublisher(`${name}-events`, args.account);
    for (const [event, rule] of Object.entries(rules)) this.#rule(`${name}-${event}`, rule, publisher, args);
    this.registerOutputs();
  }

  #topic(name: string, args: NotificationsArgs): pulumi.Output<string> {
    const { keyArn, transform } = args;
    const child = { parent: this };
    const topic = new aws.sns.Topic(name, transformed({ kmsMasterKeyId: keyArn }, transform?.topic), child);
    const policy = policyDocument(publishers(args, topic.arn));
    return new aws.sns.TopicPolicy(name, { arn: topic.arn, policy }, child).arn;
  }

  #subscribe(name: string, subscriber: string) {
    const protocol = subscriber.startsWith("https:") ? "https" : "email";
    const hash = createHash("sha256").update(subscriber).digest("hex").slice(0, 8);
    const endpoint = protocol === "https" ? pulumi.secret(subscriber) : subscriber;
    new aws.sns.TopicSubscription(
      `${name}-${protocol}-${hash}`,
      { topic: this.topicArn, protocol, endpoint },
      { parent: this },
    );
  }

  #databaseEvents(
    name: string,
    sourceType: string,
    eventCategories: readonly string[],
    args: NotificationsArgs,
  ) {
    const made: aws.rds.EventSubscriptionArgs = {
      snsTopic: this.topicArn,
      sourceType,
      eventCategories: [...eventCategories],
    };
    new aws.rds.EventSubscription(name, transformed(made, args.transform?.eventSubscription), {
      parent: this,
    });
  }

  /**
   * EventBridge publishes by a role, which can be held to this account. A statement for it in the topic's or
   * the key's policy cannot: EventBridge sends no context that a condition could see.
   * Source: EventBridge User Guide, "Using resource-based policies" and "Troubleshooting".
   */
  #eventPublisher(name: string, account: string): pulumi.Output<string> {
    const made = {
      description: "Publishes events to the topic of notifications",
      trust: trustService("events.amazonaws.com", account),
      statements: [{ Action: "sns:Publish", Resource: this.topicArn }],
    };
    return role(name, made, { parent: this }).arn;
  }

  #rule(
    name: string,
    { description, pattern, paths, message }: Rule,
    roleArn: pulumi.Output<string>,
    args: NotificationsArgs,
  ) {
    const child = { parent: this };
    const made: aws.cloudwatch.EventRuleArgs = { description, eventPattern: JSON.stringify(pattern) };
    const rule = new aws.cloudwatch.EventRule(name, transformed(made, args.transform?.eventRule), child);
    new aws.cloudwatch.EventTarget(
      name,
      {
        rule: rule.name,
        arn: this.topicArn,
        roleArn,
        targetId: "topic",
        inputTransformer: { inputPaths: paths, inputTemplate: JSON.stringify(message) },
      },
      child,
    );
  }
}

/**
 * Categories of RDS events by the kind of their source. A failover shows in Prometheus as a gap only, without
 * its cause; maintenance is announced before it happens.
 * Source: Aurora User Guide, "Amazon RDS event categories and event messages for Aurora".
 */
const databaseEvents = {
  "db-cluster": ["failover", "failure", "maintenance"],
  "db-instance": ["failure", "maintenance"],
} as const satisfies Record<string, readonly string[]>;

interface Rule {
  /** What it means and what to do, for who reads the list of rules. */
  readonly description: string;
  readonly pattern: object;
  /** What of the event the message shows, by the name it has there. */
  readonly paths: Readonly<Record<string, string>>;
  readonly message: string;
}

const rules: Readonly<Record<string, Rule>> = {
  /** Only what concerns own resources: public events are mostly of services that are not used. */
  health: {
    description: "AWS has a problem with, or plans a change of, something in this account",
    pattern: {
      source: ["aws.health"],
      "detail-type": ["AWS Health Event"],
      detail: { eventTypeCategory: ["issue", "scheduledChange"], eventScopeCode: ["ACCOUNT_SPECIFIC"] },
    },
    paths: { type: "$.detail.eventTypeCode", region: "$.region", start: "$.detail.startTime" },
    message:
      "AWS Health: <type> in <region> from <start>. Details: https://health.aws.amazon.com/health/home",
  },
  /**
   * Without its key a database, cache or disk cannot be read; a scheduled deletion can be cancelled for some
   * days. Needs a CloudTrail trail that logs management events in the account. Source: EventBridge User Guide,
   * "Events from AWS services".
   */
  "key-loss": {
    description:
      "A KMS key was disabled or its deletion scheduled: what is encrypted with it becomes unreadable",
    pattern: {
      source: ["aws.kms"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["kms.amazonaws.com"],
        eventName: ["ScheduleKeyDeletion", "DisableKey"],
        errorCode: [{ exists: false }],
      },
    },
    paths: {
      call: "$.detail.eventName",
      key: "$.detail.requestParameters.keyId",
      who: "$.detail.userIdentity.arn",
    },
    message:
      "<call> of KMS key <key> by <who>. To undo: aws kms cancel-key-deletion --key-id <key>; aws kms enable-key --key-id <key>",
  },
};

/** Who may publish, and on whose behalf. Source: each service's page on encrypted or shared topics. */
function publishers({ account, region }: NotificationsArgs, topicArn: pulumi.Input<string>): Statement[] {
  const publish = (Sid: string, Service: string, source?: string): Statement => ({
    Sid,
    Principal: { Service },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ...(source && { ArnLike: { "aws:SourceArn": source } }),
    },
  });
  return [
    publish("Alarms", "cloudwatch.amazonaws.com", `arn:aws:cloudwatch:${region}:${account}:alarm:*`),
    publish("Budgets", "budgets.amazonaws.com", `arn:aws:budgets::${account}:*`),
    publish("DatabaseEvents", "events.rds.amazonaws.com", `arn:aws:rds:${region}:${account}:*`),
  ];
}

const allowed = "an e-mail address or an https address, each once";

function checkSubscribers(subject: string, subscribers: readonly string[]): void {
  const mistakes = subscribers.flatMap((subscriber, index): Mistake[] => {
    const isKnown = /^(https:\/\/[^\s/]+(\/\S*)?|[^@\s:]+@[^@\s:]+)$/.test(subscriber);
    if (isKnown && subscribers.indexOf(subscriber) === index) return [];
    return [{ path: `subscribers.${index}`, found: withoutPath(subscriber), allowed }];
  });
  if (mistakes.length > 0) throw new InvalidInput(subject, mistakes);
}

/** What follows an address's host may be a token, so it is not shown. */
function withoutPath(subscriber: string): string {
  return JSON.stringify(subscriber.replace(/^([a-z]+:\/\/[^/]*)\/.+$/, "$1/…"));
}
