/** Limits that AWS sets to names, checked before anything is registered. */
import { InvalidInput, type Mistake } from "../../validate.ts";

interface NameLimit {
  readonly limit: number;
  readonly pattern: RegExp;
  /** In words, for the error. */
  readonly characters: string;
}

const hyphenated: Pick<NameLimit, "pattern" | "characters"> = {
  pattern: /^[a-z](-?[a-z0-9])*$/,
  characters: "lower-case letters, digits and single hyphens, a letter first",
};

/**
 * Longest names and their characters, as the AWS API references give them for each kind
 * (CreateReplicationGroup, CreateDBCluster, CreateDBProxy, CreateRole, CreateCluster, CreateNodegroup, …).
 */
const limits = {
  replicationGroup: { limit: 40, ...hyphenated },
  cacheUser: { limit: 40, ...hyphenated },
  databaseCluster: { limit: 63, ...hyphenated },
  databaseInstance: { limit: 63, ...hyphenated },
  databaseProxy: { limit: 63, ...hyphenated },
  role: { limit: 64, pattern: /^[\w+=,.@-]+$/, characters: "letters, digits and +=,.@-_" },
  cluster: {
    limit: 100,
    pattern: /^[A-Za-z0-9][\w-]*$/,
    characters: "letters, digits, hyphens and underscores, not a hyphen first",
  },
  nodeGroup: {
    limit: 63,
    pattern: /^[A-Za-z0-9][\w-]*$/,
    characters: "letters, digits, hyphens and underscores, not a hyphen first",
  },
  eventRule: { limit: 64, pattern: /^[\w.-]+$/, characters: "letters, digits and ._-" },
} satisfies Record<string, NameLimit>;

export type NameKind = keyof typeof limits;

/** What the provider adds to a logical name to make a physical one: a hyphen and seven digits. */
const suffix = 8;

/**
 * @param names logical names by the kind of what is named; the provider's suffix is reckoned with
 * @throws InvalidInput with every name that AWS would refuse
 */
export function checkNames(
  subject: string,
  names: readonly (readonly [kind: NameKind, name: string])[],
): void {
  const mistakes = names.flatMap(([kind, name]): Mistake[] => {
    const { limit, pattern, characters } = limits[kind];
    if (name.length + suffix <= limit && pattern.test(name)) return [];
    const allowed = `at most ${limit - suffix} characters: ${characters}`;
    return [{ path: `name of the ${kind}`, found: JSON.stringify(name), allowed }];
  });
  if (mistakes.length > 0) throw new InvalidInput(subject, mistakes);
}
