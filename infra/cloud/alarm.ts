/** CloudWatch alarms, for what Prometheus cannot see. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface AlarmArgs {
  /** What it means and what to do about it, for who is called. */
  description: string;
  /** Such as `AWS/RDS`. */
  namespace: string;
  metric: string;
  dimensions: Record<string, pulumi.Input<string>>;
  statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  /** The alarm goes off above or below the threshold, which is in the metric's unit. */
  when: "above" | "below";
  threshold: pulumi.Input<number>;
  /** Seconds a period, default 60. */
  period?: number;
  /** Periods in a row, default 5. */
  periods?: number;
  /** What a period without data means, default `notBreaching`. */
  missingData?: "breaching" | "notBreaching" | "missing";
  /** Where it is told, and when it is over as well. */
  topicArn: pulumi.Input<string>;
}

/** An alarm that tells a topic when it goes off and when it is over. */
export function alarm(
  name: string,
  args: AlarmArgs,
  options: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      alarmDescription: args.description,
      namespace: args.namespace,
      metricName: args.metric,
      dimensions: args.dimensions,
      statistic: args.statistic,
      comparisonOperator: args.when === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: args.threshold,
      period: args.period ?? 60,
      evaluationPeriods: args.periods ?? 5,
      treatMissingData: args.missingData ?? "notBreaching",
      alarmActions: [args.topicArn],
      okActions: [args.topicArn],
    },
    options,
  );
}
