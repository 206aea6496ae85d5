/** What `load.ts` is asked to do. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Static, Type } from "typebox";
import { type Mistake, validate } from "../../../../validate.ts";
import { numberCoercion } from "../coerce.ts";
import { type CodeKind, codeKinds, type OfficialFiles } from "./importer.ts";

export const usage = `Usage: node services/api/src/data/load.ts [--businesses N] [--seed N]
         [--zip5 FILE --gpci FILE --pprrvu FILE --year YYYY [--codes KIND,KIND]]

Loads Medicare's reference data and, when asked, a generated directory of businesses with their reviews.
What is loaded already is left as it is; what changed is replaced in one transaction.
The database is that of DATABASE_WRITER, DATABASE_NAME, DATABASE_USER and DATABASE_PASSWORD.

  --businesses N  replaces every business and review by N generated businesses with about 3 N reviews
  --seed N        of the generator; the same seed gives the same rows (default 1)
  --zip5 FILE     the three official files of a year, as published, in place of the project's own tables
  --gpci FILE
  --pprrvu FILE
  --year YYYY     the year of the three files
  --codes KINDS   which codes of pprrvu to take: ${Object.keys(codeKinds).join(", ")} (default level2);
                  cpt and dental need a licence of their owners
  --help          prints this`;

/** What to load. */
export interface Arguments {
  readonly help: boolean;
  /** How many businesses to generate; without it the directory is left alone. */
  readonly businesses?: number;
  readonly seed: number;
  /** Without them the own tables are loaded. */
  readonly official?: OfficialFiles;
}

const kinds = Object.keys(codeKinds).join("|");
const file = Type.Optional(Type.String({ minLength: 1, title: "the path of a file" }));

const Flags = Type.Object(
  {
    help: Type.Boolean({ default: false }),
    businesses: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    seed: Type.Integer({ default: 1, minimum: 0, maximum: 2 ** 31 - 1 }),
    zip5: file,
    gpci: file,
    pprrvu: file,
    year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2100 })),
    codes: Type.Optional(
      Type.String({
        pattern: `^(${kinds})(,(${kinds}))*$`,
        title: `one or more of ${Object.keys(codeKinds).join(", ")}, separated by commas`,
      }),
    ),
  },
  { additionalProperties: false },
);
type Flags = Static<typeof Flags>;

const withNumbers = numberCoercion(Flags);

/**
 * Reads the command line.
 *
 * @param argv without the program
 * @throws InvalidInput naming every flag that is wrong, with what is allowed
 */
export function readArguments(argv: readonly string[]): Arguments {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      help: { type: "boolean" },
      businesses: text,
      seed: text,
      zip5: text,
      gpci: text,
      pprrvu: text,
      year: text,
      codes: text,
    },
    // Validation refuses unknown flags and stray words, together with all other mistakes.
    strict: false,
  });
  const given = { ...values, ...Object.fromEntries(positionals.map((word) => [word, true])) };
  const flags = validate("Arguments", Flags, withNumbers(given), [officialFilesTogether, filesExist]);
  const { help, seed, businesses } = flags;
  const official = toOfficialFiles(flags);
  return { help, seed, ...(businesses && { businesses }), ...(official && { official }) };
}

function toOfficialFiles({ zip5, gpci, pprrvu, year, codes = "level2" }: Flags): OfficialFiles | undefined {
  if (!zip5 || !gpci || !pprrvu || !year) return undefined;
  return { zip5, gpci, pprrvu, year, codes: codes.split(",") as CodeKind[] };
}

const fileFlags = ["zip5", "gpci", "pprrvu"] as const;
const together = [...fileFlags, "year"] as const;

function officialFilesTogether(flags: Flags): Mistake[] {
  const missing = together.filter((name) => flags[name] === undefined);
  if (missing.length === together.length && flags.codes === undefined) return [];
  return missing.map((name) => ({
    path: name,
    found: "nothing",
    allowed: `a value, as ${together.join(", ")} go together`,
  }));
}

function filesExist(flags: Flags): Mistake[] {
  return fileFlags.flatMap((name) => {
    const path = flags[name];
    if (path === undefined || existsSync(path)) return [];
    return [{ path: name, found: JSON.stringify(path), allowed: "the path of a file that exists" }];
  });
}
