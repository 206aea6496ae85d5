/** What the commands need beside npm packages: how a part is described, and provided where it is missing. */
import { interruptible, withProgress } from "./run.mjs";
import { compareVersions } from "./version.ts";

/** A program, or a folder of programs, on this machine. */
export interface Found {
  readonly path: string;
  readonly version: string;
  /** How it came here, for people: "installed", "built from Go modules". */
  readonly source: string;
}

/** Something the commands need. */
export interface Part {
  /** As people call it. */
  readonly name: string;
  /** The oldest version that will do. */
  readonly minimum: string;
  readonly purpose: string;
  /** What does not work without it. */
  readonly disables: string;
  /** Where it comes from when missing; parts with the same supply are provided together. */
  readonly supply: Supply;
  /** What package managers call it, where they have it. */
  readonly packages?: { readonly apt: string; readonly brew: string };
  /** All that are here, of any version, the preferred one first. */
  look(): Found[];
}

/** Where missing parts come from. */
export interface Supply {
  /** Tried in order until nothing is missing. */
  readonly sources: readonly Source[];
  /** What people can do themselves. */
  advice(missing: readonly Part[]): string;
}

/** One way to provide parts. */
export interface Source {
  readonly name: string;
  isAvailable(): boolean;
  /** What is done and about how long it takes, for the progress line. */
  announce(missing: readonly Part[]): string;
  /** @throws Error that says what failed */
  provide(missing: readonly Part[], signal: AbortSignal): Promise<void>;
}

type Parts<Name extends string> = Readonly<Record<Name, Part>>;

/** The part on this machine, or undefined when there is none that is new enough. */
export function find(part: Part): Found | undefined {
  return part.look().find(({ version }) => compareVersions(version, part.minimum) >= 0);
}

/**
 * Finds every part, and changes nothing.
 *
 * @param failures what was tried to provide them and did not work, for the error
 * @throws Error that lists all missing parts and what to do about them
 */
export function findAll<Name extends string>(
  parts: Parts<Name>,
  failures: readonly string[] = [],
): Record<Name, Found> {
  const found = Object.entries<Part>(parts).map(([name, part]) => [name, part, find(part)] as const);
  const missing = found.flatMap(([, part, there]) => (there ? [] : [part]));
  if (missing.length > 0) throw new MissingParts(missing, failures);
  return Object.fromEntries(found.map(([name, , there]) => [name, there])) as Record<Name, Found>;
}

/**
 * Finds every part, and provides what is missing. Silent when nothing is.
 *
 * @throws Error that lists what is still missing, what was tried and what to do about it
 */
export async function provideAll<Name extends string>(parts: Parts<Name>): Promise<Record<Name, Found>> {
  try {
    return findAll(parts);
  } catch (error) {
    if (!(error instanceof MissingParts)) throw error;
    const failures = await interruptible((signal) => provide(error.missing, signal));
    return findAll(parts, failures);
  }
}

/** Parts that are needed and not here. The message lists them all and says how to get them. */
class MissingParts extends Error {
  readonly missing: readonly Part[];

  constructor(missing: readonly Part[], failures: readonly string[]) {
    const list = missing.map(
      (part) => `  ${part.name} ${part.minimum} or newer, ${part.purpose}${foundInstead(part)}`,
    );
    const tried =
      failures.length > 0
        ? ["Tried without success:", ...failures, "Mend that and run the command again, or:"]
        : [];
    const advice = [...bySupply(missing)].map(([supply, parts]) => supply.advice(parts));
    super(["Missing:", ...list, ...tried, ...advice].join("\n"));
    this.name = "MissingParts";
    this.missing = missing;
  }
}

function foundInstead(part: Part): string {
  const [old] = part.look();
  return old ? ` (found ${old.version}: ${old.path})` : "";
}

function bySupply(parts: readonly Part[]): Map<Supply, Part[]> {
  return Map.groupBy(parts, ({ supply }) => supply);
}

/** Tries the sources of each supply in order; returns what did not work. */
async function provide(parts: readonly Part[], signal: AbortSignal): Promise<string[]> {
  const failures: string[] = [];
  for (const [{ sources }, wanted] of bySupply(parts)) {
    for (const source of sources) {
      const missing = wanted.filter((part) => !find(part));
      if (missing.length === 0) break;
      if (!source.isAvailable()) continue;
      try {
        await withProgress(source.announce(missing), () => source.provide(missing, signal));
      } catch (error) {
        signal.throwIfAborted();
        failures.push(`  ${source.name}: ${(error as Error).message.replaceAll("\n", "\n  ")}`);
      }
    }
  }
  return failures;
}
