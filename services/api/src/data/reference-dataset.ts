/** Reference data as a dataset of its year, from the own tables or from the official files. */
import { join } from "node:path";
import { copyRows } from "./copy.ts";
import { type Dataset, fingerprintOf } from "./dataset.ts";
import { type OfficialFiles, readOfficialFiles } from "./importer.ts";
import { type ReferenceData, readReferenceData, referenceFiles, referenceYear } from "./reference.ts";

/** The own tables. */
export function ownReference(): Dataset {
  const sources = [...Object.values(referenceFiles), join(import.meta.dirname, "reference.ts")];
  return reference(referenceYear, fingerprintOf({}, sources), readReferenceData);
}

/** The official files; they take the place of the own tables where the year is the same. */
export function officialReference(files: OfficialFiles): Dataset {
  const { zip5, gpci, pprrvu, ...parameters } = files;
  const sources = [zip5, gpci, pprrvu, join(import.meta.dirname, "importer.ts")];
  return reference(files.year, fingerprintOf(parameters, sources), () => readOfficialFiles(files));
}

function reference(year: number, fingerprint: string, read: () => ReferenceData): Dataset {
  const tables = ["locality", "zip_locality", "relative_value"];
  return {
    name: `reference ${year}`,
    fingerprint,
    tables,
    async replace(client) {
      const { localities, zipLocalities, relativeValues } = read();
      for (const table of tables) await client.query(`delete from ${table} where year = $1`, [year]);
      const counts = [
        await copyRows(client, "locality", localityColumns, localities),
        await copyRows(
          client,
          "zip_locality",
          ["year", "zip", "state", "carrier", "locality"],
          zipLocalities,
        ),
        await copyRows(client, "relative_value", relativeValueColumns, relativeValues),
      ];
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

const localityColumns = [
  "year",
  "carrier",
  "locality",
  "state",
  "name",
  "work_gpci",
  "practice_expense_gpci",
  "malpractice_gpci",
] as const;

const relativeValueColumns = [
  "year",
  "code",
  "modifier",
  "description",
  "status",
  "work",
  "practice_expense_nonfacility",
  "practice_expense_facility",
  "malpractice",
  "conversion_factor",
] as const;
