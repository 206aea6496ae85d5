/** What CloudWatch knows of a cluster and Prometheus does not. */
import type * as pulumi from "@pulumi/pulumi";
import { resources } from "../../objectives.ts";
import { type AlarmArgs, alarm } from "./alarm.ts";
import { type InstanceSize, maxConnections, memoryOf } from "./aurora-capacity.ts";

export interface AuroraAlarmsArgs {
  size: InstanceSize;
  clusterIdentifier: pulumi.Input<string>;
  hasReaders: boolean;
  /** The region that is replicated here; absent in a region that is not a secondary one. */
  sourceRegion?: string | undefined;
  topicArn: pulumi.Input<string>;
}

/** Milliseconds that a reader may lag behind, in its region or from another. Source: ours; usual are 100, and 1000. */
const readerLag = 1000;
const regionLag = 5000;
/** Bytes of an instance's local storage, which sorts and temporary tables use. Source: ours. */
const leastLocalStorage = 4 * 2 ** 30;

type ClusterAlarm = Omit<AlarmArgs, "namespace" | "topicArn" | "dimensions"> &
  Partial<Pick<AlarmArgs, "dimensions">>;

export function auroraAlarms(
  name: string,
  args: AuroraAlarmsArgs,
  options: pulumi.CustomResourceOptions,
): void {
  const { clusterIdentifier, topicArn } = args;
  for (const [suffix, each] of Object.entries(alarmsOf(args))) {
    const dimensions = { DBClusterIdentifier: clusterIdentifier, ...each.dimensions };
    alarm(`${name}-${suffix}`, { ...each, namespace: "AWS/RDS", dimensions, topicArn }, options);
  }
}

function alarmsOf({ size, hasReaders, sourceRegion }: AuroraAlarmsArgs): Record<string, ClusterAlarm> {
  return {
    ...alarmsOfInstances(size),
    ...(hasReaders && {
      "reader-lag": {
        description:
          "A reader answers with old data. Look for long transactions on it and for a burst of writes.",
        metric: "AuroraReplicaLagMaximum",
        statistic: "Maximum",
        when: "above",
        threshold: readerLag,
      },
    }),
    ...(sourceRegion !== undefined && {
      "region-lag": {
        description:
          "This region lags behind the primary one: its reads are old, and a failover would lose as much.",
        metric: "AuroraGlobalDBReplicationLag",
        dimensions: { SourceRegion: sourceRegion },
        statistic: "Maximum",
        when: "above",
        threshold: regionLag,
      },
    }),
  };
}

function alarmsOfInstances(size: InstanceSize): Record<string, ClusterAlarm> {
  return {
    connections: {
      description:
        "An instance has given out the connections it should at most. Fewer or smaller pools, or a larger class.",
      metric: "DatabaseConnections",
      statistic: "Maximum",
      when: "above",
      threshold: Math.floor((maxConnections(size) * resources.databasePool.used.value) / 100),
    },
    "local-storage": {
      description: "An instance's local storage runs out, and queries that sort much will fail. Find them.",
      metric: "FreeLocalStorage",
      statistic: "Minimum",
      when: "below",
      threshold: leastLocalStorage,
    },
    ...(size.serverless ? alarmsOfServerless() : alarmsOfClass(size)),
  };
}

/** A serverless instance's processor and memory grow with its capacity, which alone has an end. */
function alarmsOfServerless(): Record<string, ClusterAlarm> {
  return {
    capacity: {
      description: "The capacity is near its configured end: raise `maxCapacity`, or find what asks for it.",
      metric: "ACUUtilization",
      statistic: "Maximum",
      when: "above",
      threshold: resources.cpu.peak.value,
      periods: 15,
    },
  };
}

function alarmsOfClass(size: InstanceSize): Record<string, ClusterAlarm> {
  return {
    cpu: {
      description:
        "An instance's processors are busy: find the queries, add a reader, or take a larger class.",
      metric: "CPUUtilization",
      statistic: "Maximum",
      when: "above",
      threshold: resources.cpu.peak.value,
      periods: 15,
    },
    memory: {
      description:
        "An instance is out of memory, and PostgreSQL may be ended: too many connections or large sorts.",
      metric: "FreeableMemory",
      statistic: "Minimum",
      when: "below",
      threshold: Math.floor((memoryOf(size) * (100 - resources.memory.peak.value)) / 100),
    },
  };
}
