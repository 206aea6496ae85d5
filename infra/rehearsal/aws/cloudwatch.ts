/** CloudWatch: alarms, log groups and what is attached to them. */
import type { Mistake } from "../../../validate.ts";
import type { AwsTypes, Behaviour, NewResource, Properties } from "./entry.ts";
import { providerDocs } from "./rows.ts";

const putMetricAlarm =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html";

function onLogGroup(change: Behaviour["change"]): Behaviour {
  return { change, source: `${providerDocs}/cloudwatch_log_group` };
}

function onResourcePolicy(change: Behaviour["change"]): Behaviour {
  return { change, source: `${providerDocs}/cloudwatch_log_resource_policy` };
}

const resourcePolicyType = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy";

export const cloudwatch: AwsTypes = {
  "aws:cloudwatch/logGroup:LogGroup": {
    specification: "AWS::Logs::LogGroup",
    properties: {
      name: "LogGroupName",
      namePrefix: onLogGroup("replace"),
      logGroupClass: onLogGroup("replace"),
      skipDestroy: onLogGroup("update"),
      // Zero, which the specification lacks, keeps them for ever.
      retentionInDays: {
        ...onLogGroup("update"),
        allowed: [
          0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
          3288, 3653,
        ],
      },
    },
    physicalName: {
      property: "name",
      limit: 512,
      pattern: /^[\w./#-]+$/,
      unique: "region",
      automatic: true,
    },
    id: ({ inputs }) => `${inputs.name}`,
    computed: {
      arn: ({ region, account, inputs }) => `arn:aws:logs:${region}:${account}:log-group:${inputs.name}`,
    },
    undeletable: ({ inputs }) =>
      inputs.deletionProtectionEnabled === true ? "deletionProtectionEnabled is true" : undefined,
  },

  [resourcePolicyType]: {
    specification: "AWS::Logs::ResourcePolicy",
    properties: { resourceArn: onResourcePolicy("replace") },
    optional: { policyName: `${providerDocs}/cloudwatch_log_resource_policy` },
    id: ({ inputs }) => `${inputs.policyName ?? inputs.resourceArn}`,
    computed: {
      policyScope: ({ inputs }) => ("policyName" in inputs ? "ACCOUNT" : "RESOURCE"),
      revisionId: ({ hex }) => hex(32),
    },
    renewed: ["revisionId"],
    refuse: resourcePolicyMistakes,
  },

  "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
    specification: "AWS::Logs::MetricFilter",
    properties: {
      name: "FilterName",
      pattern: "FilterPattern",
      metricTransformation: "MetricTransformations",
      "metricTransformation.name": "MetricName",
      "metricTransformation.namespace": "MetricNamespace",
      "metricTransformation.value": "MetricValue",
    },
    physicalName: {
      property: "name",
      limit: 512,
      pattern: /^[^:*]+$/,
      unique: "region",
      within: "logGroupName",
      automatic: true,
    },
    id: ({ inputs }) => `${inputs.name}`,
  },

  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    specification: "AWS::CloudWatch::Alarm",
    properties: {
      name: "AlarmName",
      evaluateLowSampleCountPercentiles: "EvaluateLowSampleCountPercentile",
      metricQueries: "Metrics",
      "metricQueries.metric": "MetricStat",
      "metricQueries.metric.metricName": "Metrics.MetricStat.Metric.MetricName",
      "metricQueries.metric.namespace": "Metrics.MetricStat.Metric.Namespace",
      "metricQueries.metric.dimensions": "Metrics.MetricStat.Metric.Dimensions",
      statistic: listed(["SampleCount", "Average", "Sum", "Minimum", "Maximum"]),
      treatMissingData: listed(["breaching", "notBreaching", "ignore", "missing"]),
      comparisonOperator: listed([
        "GreaterThanOrEqualToThreshold",
        "GreaterThanThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
        "LessThanLowerOrGreaterThanUpperThreshold",
        "LessThanLowerThreshold",
        "GreaterThanUpperThreshold",
      ]),
    },
    physicalName: { property: "name", limit: 255, pattern: /\S/, unique: "region", automatic: true },
    id: ({ inputs }) => `${inputs.name}`,
    computed: {
      arn: ({ region, account, inputs }) => `arn:aws:cloudwatch:${region}:${account}:alarm:${inputs.name}`,
    },
    refuse: ({ inputs }) => [...metricMistakes(inputs), ...periodMistakes(inputs), ...actionMistakes(inputs)],
  },
};

function listed(allowed: readonly string[]): Behaviour {
  return { change: "update", source: putMetricAlarm, allowed };
}

/** Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
function resourcePolicyMistakes({ inputs, previous, living }: NewResource): readonly Mistake[] {
  const others = living(resourcePolicyType).filter(({ outputs }) => outputs.policyScope === "ACCOUNT");
  const isOneMore = Object.keys(previous).length === 0 && "policyName" in inputs;
  if (!isOneMore || others.length < 10) return [];
  return [{ path: "policyName", found: "an eleventh policy in the region", allowed: "at most 10" }];
}

/** An alarm watches one metric, or what is computed of several. Source: `putMetricAlarm`. */
function metricMistakes({ metricName, metricQueries, evaluationCriteria }: Properties): readonly Mistake[] {
  const kinds = [metricName, metricQueries, evaluationCriteria].filter((value) => value !== undefined);
  if (kinds.length > 1) {
    const allowed = "one of metricName, metricQueries and evaluationCriteria";
    return [{ path: "metricName", found: "metrics given in two ways", allowed }];
  }
  if (!Array.isArray(metricQueries)) return [];
  const results = (metricQueries as readonly Properties[]).filter(({ returnData }) => returnData === true);
  if (results.length === 1) return [];
  const found = `${results.length} with returnData`;
  return [{ path: "metricQueries", found, allowed: "exactly one with returnData: what the alarm watches" }];
}

/** Source: `putMetricAlarm`, of `Period`. */
function periodMistakes({ period, evaluationPeriods, metricQueries }: Properties): readonly Mistake[] {
  const queries = Array.isArray(metricQueries) ? (metricQueries as readonly Properties[]) : [];
  const periods = queries.map((query) => query.period ?? (query.metric as Properties | undefined)?.period);
  return [period, ...periods]
    .filter((each) => each !== undefined)
    .flatMap((each): Mistake[] => {
      const seconds = Number(each);
      if (![10, 20, 30].includes(seconds) && seconds % 60 !== 0) {
        return [{ path: "period", found: `${seconds}`, allowed: "10, 20, 30 or a multiple of 60 seconds" }];
      }
      const most = seconds < 3600 ? 86_400 : 604_800;
      const all = seconds * Number(evaluationPeriods ?? 1);
      if (all <= most) return [];
      const found = `${evaluationPeriods} of ${seconds} s`;
      return [{ path: "evaluationPeriods", found, allowed: `at most ${most} s together` }];
    });
}

function actionMistakes(inputs: Properties): readonly Mistake[] {
  return ["alarmActions", "okActions", "insufficientDataActions"].flatMap((path): Mistake[] => {
    const actions = inputs[path];
    if (!Array.isArray(actions) || actions.length <= 5) return [];
    return [{ path, found: `${actions.length} actions`, allowed: "at most 5" }];
  });
}
