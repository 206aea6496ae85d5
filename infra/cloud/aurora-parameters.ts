/** Settings of PostgreSQL, for the cluster and for each instance. */
import { latency, resources } from "../../objectives.ts";
import { forwardedShare, type InstanceSize, maxConnections } from "./aurora-capacity.ts";

export interface Parameter {
  readonly name: string;
  readonly value: string;
  /** `pending-reboot` where PostgreSQL reads the setting only at its start. */
  readonly applyMethod: "immediate" | "pending-reboot";
}

/** @param version such as `17.5`; the family is that of its major version */
export function parameterFamily(version: string): string {
  return `aurora-postgresql${version.split(".")[0]}`;
}

/** Milliseconds after which a transaction that does nothing is ended, for it holds its locks and back vacuum. */
const idleTransaction = 60_000;

/** @param isGlobal whether the cluster is a region of a global database, whichever: a switchover changes the roles */
export function clusterParameters(isGlobal: boolean): Parameter[] {
  return [
    atStart("rds.force_ssl", 1),
    atStart("shared_preload_libraries", "pg_stat_statements,auto_explain"),
    now("log_connections", 1),
    now("log_lock_waits", 1),
    now("log_min_duration_statement", resources.slowQuery.value),
    now("auto_explain.log_min_duration", latency.complexQuery.p99.value),
    now("idle_in_transaction_session_timeout", idleTransaction),
    ...(isGlobal ? forwarding() : []),
  ];
}

/** A session that forwarded a write sees it: its next read waits until the write has come back. */
function forwarding(): Parameter[] {
  return [
    now("apg_write_forward.consistency_mode", "SESSION"),
    atStart("apg_write_forward.max_forwarding_connections_percent", forwardedShare),
  ];
}

/** A serverless instance computes its own limit of connections, by its capacity. */
export function instanceParameters(size: InstanceSize): Parameter[] {
  return size.serverless ? [] : [atStart("max_connections", maxConnections(size))];
}

function now(name: string, value: string | number): Parameter {
  return { name, value: `${value}`, applyMethod: "immediate" };
}

function atStart(name: string, value: string | number): Parameter {
  return { name, value: `${value}`, applyMethod: "pending-reboot" };
}
