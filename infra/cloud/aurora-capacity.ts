/** What an instance of a database can take, and what the clients may ask of it. */
import { resources } from "../../objectives.ts";
import { type DatabaseClass, databaseClasses } from "./machines.ts";

/** Capacity of Aurora Serverless v2, in ACU: 2 GB of memory each, in steps of 0.5. */
export interface ServerlessCapacity {
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

export interface InstanceSize {
  readonly instanceClass: DatabaseClass;
  /** Instances are serverless, and the class is not used. */
  readonly serverless?: ServerlessCapacity;
}

/** Bytes of memory that PostgreSQL's default reckons for a connection. Source: Aurora User Guide, "Maximum connections". */
const memoryPerConnection = 9_531_392;
/** The most that the default comes to. Source: as above. */
const mostConnections = 5000;
/**
 * Share of the memory left to the database. Source: ours; the guide's table for Aurora Serverless v2 shows 91 %
 * to 93 % of what the whole memory would give.
 */
const databaseShare = 0.9;
/** The most at a least capacity of 0 or 0.5 ACU. Source: Aurora User Guide, "Performance and scaling for Aurora Serverless v2". */
const mostConnectionsAtLeastCapacity = 2000;
const gibibyte = 2 ** 30;

/** Memory of an instance in bytes; of a serverless one at its largest. */
export function memoryOf({ instanceClass, serverless }: InstanceSize): number {
  const gigabytes = serverless ? serverless.maxCapacity * 2 : databaseClasses[instanceClass].memory;
  return gigabytes * gibibyte;
}

/** Connections that an instance accepts: the setting `max_connections`. */
export function maxConnections(size: InstanceSize): number {
  const small = size.serverless && size.serverless.minCapacity <= 0.5;
  const most = small ? mostConnectionsAtLeastCapacity : mostConnections;
  return Math.min(most, Math.floor((memoryOf(size) * databaseShare) / memoryPerConnection));
}

/** Share of the primary's connections, in percent, that other regions' forwarded writes may take. Source: ours; AWS's default is 25. */
export const forwardedShare = 20;

/**
 * Share of an instance's connections that clients may hold, in percent: what the promises allow (O18), less
 * what forwarded writes may take of it. Source of the latter: Aurora User Guide, "Using RDS Proxy with Aurora
 * global databases".
 */
export function clientShare(isGlobal: boolean): number {
  return resources.databasePool.used.value - (isGlobal ? forwardedShare : 0);
}

/** Connections that clients may hold at one instance. */
export function clientCapacity(size: InstanceSize, isGlobal: boolean): number {
  return Math.floor((maxConnections(size) * clientShare(isGlobal)) / 100);
}
