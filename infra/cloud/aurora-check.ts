/** What is refused of a database's arguments, before anything is registered. */
import { InvalidInput, type Mistake } from "../../validate.ts";
import type { AuroraArgs } from "./aurora.ts";
import { clientCapacity, type ServerlessCapacity } from "./aurora-capacity.ts";
import { retentionMistakes } from "./log-retention.ts";

/** Readers beside the writer. Source: Aurora User Guide, "Quotas and constraints". */
const mostReaders = 15;
/** A global database counts each secondary region as a reader. Source: same, "Configuration requirements of an Amazon Aurora global database". */
const mostReadersOfGlobal = mostReaders - 1;
/** A letter, then letters, digits and underscores. Source: API reference, CreateDBCluster. */
const databaseName = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/** @throws InvalidInput with every mistake */
export function checkAurora(name: string, args: AuroraArgs): void {
  const mistakes = [...nameMistakes(name), ...databaseMistakes(args), ...placeMistakes(args)];
  if (mistakes.length > 0) throw new InvalidInput(`Aurora "${name}"`, mistakes);
}

/** What the settings decide of a database. */
export type DatabaseSize = Pick<
  AuroraArgs,
  "engineVersion" | "instanceClass" | "readers" | "maxReaders" | "serverless" | "clientConnections" | "global"
>;

/** Every mistake in what the settings decide. */
export function databaseMistakes(size: DatabaseSize): Mistake[] {
  return [
    ...versionMistakes(size),
    ...readerMistakes(size),
    ...(size.serverless ? capacityMistakes(size.serverless) : []),
    ...classMistakes(size),
    ...connectionMistakes(size),
  ];
}

/** An instance's identifier has 63 characters: the name, `-16-`, and 26 of the provider's. Source: API reference, CreateDBInstance. */
const longestName = 33;

function nameMistakes(name: string): Mistake[] {
  const isLegal = name.length <= longestName && /^[a-z](-?[a-z0-9])*$/.test(name);
  const allowed = `at most ${longestName} lower-case letters, digits and single hyphens, a letter first`;
  return refuse(!isLegal, "name", name, allowed);
}

/** The oldest version of which every feature here is told: 15, and 15.4 for forwarded writes. */
function versionMistakes({ engineVersion, global }: DatabaseSize): Mistake[] {
  const [, major = 0, minor = 0] = (/^(\d+)\.(\d+)$/.exec(engineVersion) ?? []).map(Number);
  const isEnough = major > 15 || (major === 15 && (!global || minor >= 4));
  const least = global ? "15.4" : "15.0";
  return refuse(
    !isEnough,
    "engineVersion",
    engineVersion,
    `a version from ${least} on, in full, such as 17.5`,
  );
}

function readerMistakes({ readers, maxReaders, global }: DatabaseSize): Mistake[] {
  const most = global ? mostReadersOfGlobal : mostReaders;
  const isCount = isWhole(readers, 0, most);
  return [
    ...refuse(!isCount, "readers", readers, `a whole number from 0 to ${most}`),
    ...(maxReaders === undefined ? [] : scalingMistakes(readers, maxReaders, most)),
  ];
}

function scalingMistakes(readers: number, maxReaders: number, most: number): Mistake[] {
  return [
    ...refuse(
      !isWhole(maxReaders, readers, most),
      "maxReaders",
      maxReaders,
      `a whole number from readers (${readers}) to ${most}`,
    ),
    ...refuse(
      readers === 0,
      "maxReaders",
      maxReaders,
      "nothing where readers is 0, for autoscaling adds no first reader",
    ),
  ];
}

function placeMistakes(args: AuroraArgs): Mistake[] {
  const { subnetIds, zones, databaseName: database, backupRetentionDays: days } = args;
  return [
    ...refuse(subnetIds.length < 2, "subnetIds", subnetIds.length, "2 at least, in different zones"),
    ...refuse(zones.length < 2, "zones", zones.length, "2 at least"),
    ...refuse(
      !databaseName.test(database),
      "databaseName",
      database,
      "a letter, then at most 62 letters, digits and underscores",
    ),
    ...retentionMistakes(args.logRetentionDays),
    ...refuse(!isWhole(days, 1, 35), "backupRetentionDays", days, "a whole number from 1 to 35"),
  ];
}

function capacityMistakes({ minCapacity, maxCapacity }: ServerlessCapacity): Mistake[] {
  const isStep = (value: number) => Number.isInteger(value * 2);
  const isMin = isStep(minCapacity) && minCapacity >= 0 && minCapacity <= 256;
  const isMax = isStep(maxCapacity) && maxCapacity >= Math.max(1, minCapacity) && maxCapacity <= 256;
  return [
    ...refuse(!isMin, "serverless.minCapacity", minCapacity, "0 to 256 in steps of 0.5"),
    ...refuse(
      !isMax,
      "serverless.maxCapacity",
      maxCapacity,
      "1 to 256 in steps of 0.5, minCapacity at least",
    ),
  ];
}

/** Source: Aurora User Guide, "Configuration requirements of an Amazon Aurora global database". */
function classMistakes({ instanceClass, serverless, global }: DatabaseSize): Mistake[] {
  const isBurstable = instanceClass.startsWith("db.t");
  return refuse(
    isBurstable && !serverless && global !== undefined,
    "instanceClass",
    instanceClass,
    "a class optimized for memory (db.r…) in a global database",
  );
}

/**
 * One instance must bear the connections of all clients: a session that the proxy cannot share (it is pinned,
 * as by a prepared statement) holds its connection, and when only one instance is left, all come to it.
 */
function connectionMistakes(args: DatabaseSize): Mistake[] {
  const { clientConnections, global } = args;
  const most = clientCapacity(args, global !== undefined);
  const isCount = Number.isInteger(clientConnections) && clientConnections > 0;
  const allowed = `a whole number from 1 to ${most}, what one instance may give to clients; for more, take a larger ${args.serverless ? "capacity" : "class"}, or fewer or smaller pools`;
  return refuse(!isCount || clientConnections > most, "clientConnections", clientConnections, allowed);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function refuse(isWrong: boolean, path: string, found: string | number, allowed: string): Mistake[] {
  return isWrong ? [{ path, found: JSON.stringify(found), allowed }] : [];
}
