/** Application Auto Scaling: targets and policies, such as those of a database's readers. */
import type { Mistake } from "../../../validate.ts";
import type { AwsTypes, NewResource, Properties } from "./entry.ts";
import { providerDocs } from "./rows.ts";

const apiReference = "https://docs.aws.amazon.com/autoscaling/application/APIReference";

export const appautoscaling: AwsTypes = {
  "aws:appautoscaling/target:Target": {
    specification: "AWS::ApplicationAutoScaling::ScalableTarget",
    id: ({ inputs }) => `${inputs.resourceId}`,
    computed: {
      arn: ({ region, account, hex }) =>
        `arn:aws:application-autoscaling:${region}:${account}:scalable-target/${hex(31)}`,
      roleArn: serviceRoleArn,
    },
    refuse: ({ inputs }) => capacityMistakes(inputs),
  },

  "aws:appautoscaling/policy:Policy": {
    specification: "AWS::ApplicationAutoScaling::ScalingPolicy",
    properties: {
      name: "PolicyName",
      policyType: {
        change: "update",
        source: `${apiReference}/API_PutScalingPolicy.html`,
        allowed: ["StepScaling", "TargetTrackingScaling", "PredictiveScaling"],
      },
    },
    required: ["resourceId", "scalableDimension", "serviceNamespace"],
    optional: { policyType: `${providerDocs}/appautoscaling_policy` },
    physicalName: {
      property: "name",
      limit: 255,
      pattern: /^[\x20-\x7e]+$/,
      unique: "region",
      within: "resourceId",
      automatic: true,
    },
    id: ({ inputs }) => `${inputs.name}`,
    computed: {
      arn: policyArn,
      alarmArns: (resource) => alarmArns(resource),
    },
    refuse: ({ inputs }) => configurationMistakes(inputs),
  },
};

function serviceRoleArn({ account, inputs }: NewResource): string {
  const service = `${inputs.serviceNamespace}`;
  const kind = `${inputs.scalableDimension}`.split(":")[1] ?? "";
  const name = `AWSServiceRoleForApplicationAutoScaling_${service.toUpperCase()}${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  return `arn:aws:iam::${account}:role/aws-service-role/${service}.application-autoscaling.amazonaws.com/${name}`;
}

function policyArn({ region, account, inputs, hex }: NewResource): string {
  const uuid = hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const resource = `resource/${inputs.serviceNamespace}/${inputs.resourceId}`;
  return `arn:aws:autoscaling:${region}:${account}:scalingPolicy:${uuid}:${resource}:policyName/${inputs.name}`;
}

/** Target tracking makes two alarms of its own, for too much and too little. */
function alarmArns({ region, account, inputs, hex }: NewResource): readonly string[] {
  if (inputs.policyType !== "TargetTrackingScaling") return [];
  const name = (kind: string) => `TargetTracking-${inputs.resourceId}-Alarm${kind}-${hex(32)}`;
  return ["High", "Low"].map((kind) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name(kind)}`);
}

/** Source: `apiReference`, RegisterScalableTarget. */
function capacityMistakes({ minCapacity, maxCapacity }: Properties): readonly Mistake[] {
  if (minCapacity === undefined || maxCapacity === undefined) return [];
  if (Number(minCapacity) <= Number(maxCapacity)) return [];
  return [{ path: "minCapacity", found: `${minCapacity}`, allowed: `at most maxCapacity (${maxCapacity})` }];
}

/** Source: `apiReference`, PutScalingPolicy; the provider's own default is StepScaling. */
function configurationMistakes(inputs: Properties): readonly Mistake[] {
  const property = {
    StepScaling: "stepScalingPolicyConfiguration",
    TargetTrackingScaling: "targetTrackingScalingPolicyConfiguration",
    PredictiveScaling: "predictiveScalingPolicyConfiguration",
  }[`${inputs.policyType ?? "StepScaling"}`];
  if (!property || property in inputs) return [];
  return [{ path: property, found: "nothing", allowed: "the configuration of its policyType" }];
}
