import { beforeEach, expect, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { Budget, type BudgetArgs } from "./budget.ts";
import { recordResources } from "./mocks.ts";
import { defaultTags } from "./tags.ts";

const topicArn = "arn:aws:sns:us-east-1:123456789012:notify";
let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources();
});

async function made(changed: Partial<BudgetArgs> = {}) {
  new Budget("monthly", { monthlyLimit: 1000, topicArn, ...changed });
  await recorded.settled();
  return recorded.of("aws:budgets/budget:Budget")[0]?.inputs;
}

test("it tells the topic at 80 % and 100 % of actual costs, and at 100 % of the forecast", async () => {
  const budget = await made();
  expect(budget).toMatchObject({ limitAmount: "1000", limitUnit: "USD", timeUnit: "MONTHLY" });
  const told = budget?.notifications.map((each: Record<string, unknown>) => [
    each.notificationType,
    each.threshold,
    each.thresholdType,
    each.subscriberSnsTopicArns,
  ]);
  expect(told).toEqual([
    ["ACTUAL", 80, "PERCENTAGE", [topicArn]],
    ["ACTUAL", 100, "PERCENTAGE", [topicArn]],
    ["FORECASTED", 100, "PERCENTAGE", [topicArn]],
  ]);
});

test("it counts the whole account, or what carries the tag that everything is given", async () => {
  expect((await made())?.costFilters).toBeUndefined();
  recorded = await recordResources();
  const [tag] = Object.entries(defaultTags("prod-eu", "prod")).filter(([key]) => /stack$/.test(key));
  expect((await made({ stack: "prod-eu" }))?.costFilters).toEqual([
    { name: "TagKeyValue", values: [`user:${tag?.join("$")}`] },
  ]);
});

test("a transform has the last word", async () => {
  const transform = { budget: (args: object) => ({ ...args, limitAmount: "7" }) as never };
  expect((await made({ transform }))?.limitAmount).toBe("7");
});

test("wrong arguments are told all at once", () => {
  const wrong = { monthlyLimit: 0, topicArn, stack: "a$b" };
  expect(refusalOf(() => new Budget("monthly", wrong))).toEqual([
    { path: "monthlyLimit", found: "0", allowed: "a number above 0, in US dollars" },
    { path: "stack", found: '"a$b"', allowed: "letters, digits and _.-" },
  ]);
});
