/** What the platform may cost a month, and who is told before it does. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput, type Mistake } from "../../validate.ts";
import { stackTag } from "./tags.ts";
import { type Transform, transformed } from "./transform.ts";

export interface BudgetArgs {
  /** US dollars a calendar month. */
  monthlyLimit: number;
  /** The topic that is told; its policy has to let `budgets.amazonaws.com` publish. */
  topicArn: pulumi.Input<string>;
  /**
   * Counts only what carries this stack's tag: right where stacks share an account. Costs are known by a tag only
   * since it was activated for cost allocation (see the README of `infra/bootstrap`); before that such a budget
   * counts nothing. Default: everything in the account.
   */
  stack?: string;
  transform?: { budget?: Transform<aws.budgets.BudgetArgs> };
}

/**
 * A monthly cost budget. It tells at 80 % and 100 % of actual costs, and when the month is forecast to end above
 * the limit. Budgets are the account's, not a region's: have one however many regions there are.
 */
export class Budget extends pulumi.ComponentResource {
  /** The budget's name in the account. */
  readonly budgetName: pulumi.Output<string>;

  constructor(name: string, args: BudgetArgs, options?: pulumi.ComponentResourceOptions) {
    checkArgs(name, args);
    super("keelson:cloud:Budget", name, {}, options);
    const budget = new aws.budgets.Budget(name, transformed(budgetArgs(args), args.transform?.budget), {
      parent: this,
    });
    this.budgetName = budget.name;
    this.registerOutputs();
  }
}

function budgetArgs({ monthlyLimit, stack, topicArn }: BudgetArgs): aws.budgets.BudgetArgs {
  return {
    budgetType: "COST",
    limitAmount: `${monthlyLimit}`,
    limitUnit: "USD",
    timeUnit: "MONTHLY",
    ...(stack && {
      costFilters: [{ name: "TagKeyValue", values: [`user:${stackTag}$${stack}`] }],
    }),
    notifications: [
      notification("ACTUAL", 80, topicArn),
      notification("ACTUAL", 100, topicArn),
      notification("FORECASTED", 100, topicArn),
    ],
  };
}

function notification(notificationType: string, threshold: number, topicArn: pulumi.Input<string>) {
  return {
    notificationType,
    comparisonOperator: "GREATER_THAN",
    threshold,
    thresholdType: "PERCENTAGE",
    subscriberSnsTopicArns: [topicArn],
  };
}

function checkArgs(name: string, { monthlyLimit, stack }: BudgetArgs): void {
  const mistakes: Mistake[] = [];
  if (!(Number.isFinite(monthlyLimit) && monthlyLimit > 0)) {
    mistakes.push({
      path: "monthlyLimit",
      found: `${monthlyLimit}`,
      allowed: "a number above 0, in US dollars",
    });
  }
  if (stack !== undefined && !/^[\w.-]+$/.test(stack)) {
    const found = JSON.stringify(stack);
    mistakes.push({ path: "stack", found, allowed: "letters, digits and _.-" });
  }
  if (mistakes.length > 0) throw new InvalidInput(`Budget "${name}"`, mistakes);
}
