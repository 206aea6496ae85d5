/**
 * Medicare's payment localities and relative values, from the project's own tables in `reference/`.
 * Each table states its source in its first line.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

/** The indices of a payment locality; decimals stay text, so that none is rounded. */
export interface LocalityRow {
  readonly year: number;
  /** Number of the Medicare administrative contractor, five digits. */
  readonly carrier: string;
  /** Two digits, within the carrier. */
  readonly locality: string;
  readonly state: string;
  readonly name: string;
  readonly work_gpci: string;
  readonly practice_expense_gpci: string;
  readonly malpractice_gpci: string;
}

/** The payment locality of a ZIP code. */
export interface ZipLocalityRow {
  readonly year: number;
  readonly zip: string;
  /** As the source has it, which splits Kansas (EK, WK) and Missouri (EM, WM). */
  readonly state: string;
  readonly carrier: string;
  readonly locality: string;
}

/** The relative values (RVU) of a code; decimals stay text. */
export interface RelativeValueRow {
  readonly year: number;
  readonly code: string;
  /** Empty where the code is meant as a whole. */
  readonly modifier: string;
  readonly description: string;
  readonly status: string;
  readonly work: string;
  readonly practice_expense_nonfacility: string;
  readonly practice_expense_facility: string;
  readonly malpractice: string;
  /** US dollars for one RVU. */
  readonly conversion_factor: string;
}

/** All reference data of a year. */
export interface ReferenceData {
  readonly localities: readonly LocalityRow[];
  readonly zipLocalities: readonly ZipLocalityRow[];
  readonly relativeValues: readonly RelativeValueRow[];
}

/** The year of the own tables. */
export const referenceYear = 2025;

/** Centers for Medicare & Medicaid Services, Physician Fee Schedule, 2025, file PPRRVU25_OCT. */
const conversionFactor = "32.3465";

/** The files of the own tables. */
export const referenceFiles = {
  localities: join(import.meta.dirname, "reference/localities.tsv"),
  zipLocalities: join(import.meta.dirname, "reference/zip-localities.tsv"),
  relativeValues: join(import.meta.dirname, "reference/relative-values.tsv"),
} as const;

/** Reads the own tables. */
export function readReferenceData(): ReferenceData {
  return {
    localities: readTable<Omit<LocalityRow, "year">>(referenceFiles.localities).map((row) => ({
      year: referenceYear,
      ...row,
    })),
    zipLocalities: readZipLocalities(),
    relativeValues: readTable<Omit<RelativeValueRow, "year" | "conversion_factor">>(
      referenceFiles.relativeValues,
    ).map((row) => ({ year: referenceYear, ...row, conversion_factor: conversionFactor })),
  };
}

/** Reads the own table of ZIP codes alone. */
export function readZipLocalities(): ZipLocalityRow[] {
  const lines = readTable<Record<"state" | "carrier" | "locality" | "zips", string>>(
    referenceFiles.zipLocalities,
  );
  return lines.flatMap(({ zips, ...locality }) =>
    zips
      .split(" ")
      .flatMap(expandSpan)
      .map((zip) => ({ year: referenceYear, zip, ...locality })),
  );
}

function expandSpan(span: string): string[] {
  const [first = "", last = first] = span.split("-");
  const count = Number(last) - Number(first) + 1;
  return Array.from({ length: count }, (_, index) => `${Number(first) + index}`.padStart(5, "0"));
}

function readTable<Row>(file: string): Row[] {
  return parse<Row>(readFileSync(file), { delimiter: "\t", comment: "#", columns: true, quote: false });
}
