/** Resources that hold what cannot be made again. */
import type { Operation } from "./events.ts";

/**
 * Types of which losing one loses data, or takes down all that depends on it for as long as a new one takes. A
 * preview says so first, and fails, when one would be replaced or deleted.
 */
const stateful: ReadonlySet<string> = new Set([
  "aws:dynamodb/table:Table",
  "aws:ebs/volume:Volume",
  "aws:ecr/repository:Repository",
  "aws:efs/fileSystem:FileSystem",
  "aws:eks/cluster:Cluster",
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:kms/key:Key",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:rds/cluster:Cluster",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:rds/instance:Instance",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
]);

/** @param type such as `aws:rds/cluster:Cluster` */
export function isStateful(type: string): boolean {
  return stateful.has(type);
}

/** Whether a run loses what a resource holds: one that is stateful or protected is replaced or deleted. */
export function isLoss(resource: { type: string; protected: boolean; op: Operation }): boolean {
  const goes = resource.op === "replace" || resource.op === "delete";
  return goes && (resource.protected || isStateful(resource.type));
}
