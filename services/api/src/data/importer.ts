/**
 * Reads the files of Medicare's physician fee schedule as the Centers for Medicare & Medicaid Services
 * publish them: ZIP5 (fixed width; layout in its ZIP5lyout.txt), GPCI (CSV) and PPRRVU (CSV; layout in its
 * RVU PDF). Nothing is written here, so a malformed record stops an import before anything changed.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { type Static, type TSchema, Type } from "typebox";
import { InvalidInput, validate } from "../../../../validate.ts";
import type { LocalityRow, ReferenceData, RelativeValueRow, ZipLocalityRow } from "./reference.ts";

/**
 * Kinds of code, by their shape. Descriptions of CPT codes belong to the American Medical Association, those
 * of dental codes to the American Dental Association: who imports them needs a licence.
 */
export const codeKinds = {
  /** HCPCS Level II without its dental codes. */
  level2: /^[A-CE-Z]\d{4}$/,
  cpt: /^\d{4}[0-9A-Z]$/,
  dental: /^D\d{4}$/,
} as const;
export type CodeKind = keyof typeof codeKinds;

/** What to read. */
export interface OfficialFiles {
  /** Paths of the three files. */
  readonly zip5: string;
  readonly gpci: string;
  readonly pprrvu: string;
  /** The year that all three are for. */
  readonly year: number;
  /** Codes of other kinds are left out. */
  readonly codes: readonly CodeKind[];
}

/**
 * Reads the official files of one year. A code is taken only with some relative value: without any it has
 * no price.
 *
 * @throws InvalidInput with file, line and field of the first record that is malformed
 */
export function readOfficialFiles({ zip5, gpci, pprrvu, year, codes }: OfficialFiles): ReferenceData {
  return {
    localities: readGpci(gpci, year),
    zipLocalities: readZip5(zip5, year),
    relativeValues: readPprrvu(pprrvu, year, codes),
  };
}

const decimal = Type.String({ pattern: "^\\d*\\.?\\d+$", title: "a decimal number" });
const state = Type.String({ pattern: "^[A-Z]{2}$", title: "two capital letters" });
const carrier = Type.String({ pattern: "^\\d{5}$", title: "five digits" });
const locality = Type.String({ pattern: "^\\d{2}$", title: "two digits" });

/** A record with where it stands, for errors. */
interface Line {
  readonly file: string;
  /** Counted from 1. */
  readonly number: number;
  readonly cells: readonly string[];
}

function readZip5(file: string, year: number): ZipLocalityRow[] {
  const Record = Type.Object({
    state,
    zip: Type.String({ pattern: "^\\d{5}$", title: "five digits" }),
    carrier,
    locality,
    yearQuarter: Type.String({ pattern: `^${year}[1-4]$`, title: `${year} and its quarter, as ${year}1` }),
  });
  const rows = readText(file)
    .split(/\r?\n/)
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, number }) => {
      const { yearQuarter: _, ...row } = check({ file, number }, Record, {
        state: text.slice(0, 2),
        zip: text.slice(2, 7),
        carrier: text.slice(7, 12),
        locality: text.slice(12, 14),
        yearQuarter: text.slice(75, 80),
      });
      return { year, ...row };
    });
  return notEmpty(file, rows);
}

function readGpci(file: string, year: number): LocalityRow[] {
  const Record = Type.Object({
    carrier,
    locality,
    state,
    name: Type.String({ minLength: 1, title: "a name" }),
    work_gpci: decimal,
    practice_expense_gpci: decimal,
    malpractice_gpci: decimal,
  });
  const titles = {
    carrier: "Medicare Administrative Contractor (MAC)",
    locality: "Locality Number",
    state: "State",
    name: "Locality Name",
    work_gpci: `${year} PW GPCI (with 1.0 Floor)`,
    practice_expense_gpci: `${year} PE GPCI`,
    malpractice_gpci: `${year} MP GPCI`,
  };
  const { header, records } = splitHeader(file, titles.carrier);
  const positions = findColumns(header, titles);
  const rows = records
    // A footnote fills its first cell only.
    .filter(({ cells }) => cells.slice(1).some((cell) => cell !== ""))
    .map((line) => {
      const row = check(line, Record, pick(line, positions));
      return { year, ...row, name: row.name.replace(/\s*\*+$/, "") };
    });
  return notEmpty(file, rows);
}

function readPprrvu(file: string, year: number, codes: readonly CodeKind[]): RelativeValueRow[] {
  const Record = Type.Object({
    code: Type.String({
      pattern: codes.map((kind) => codeKinds[kind].source).join("|"),
      title: `a code of kind ${Object.keys(codeKinds).join(", ")}`,
    }),
    modifier: Type.String({ pattern: "^([0-9A-Z]{2})?$", title: "two characters or nothing" }),
    description: Type.String(),
    status: Type.String({ pattern: "^[A-Z]$", title: "a capital letter" }),
    work: decimal,
    practice_expense_nonfacility: decimal,
    practice_expense_facility: decimal,
    malpractice: decimal,
    conversion_factor: decimal,
  });
  const { header, records } = splitHeader(file, "HCPCS");
  const positions = pprrvuColumns(header);
  const others = Object.keys(codeKinds).filter((kind) => !codes.includes(kind as CodeKind)) as CodeKind[];
  const rows = records
    .filter(({ cells }) => cells.some((cell) => cell !== ""))
    .filter(({ cells }) => !others.some((kind) => codeKinds[kind].test(cells[positions.code] ?? "")))
    .map((line) => check(line, Record, pick(line, positions)))
    .filter(hasRelativeValue)
    .map((row) => ({ year, ...row }));
  return notEmpty(file, rows);
}

/**
 * The last header row of PPRRVU names several columns alike, so they are taken by position and the names
 * only checked. The conversion factor moves between years.
 */
function pprrvuColumns(header: Line): Record<keyof Omit<RelativeValueRow, "year">, number> {
  const expected = ["HCPCS", "MOD", "DESCRIPTION", "CODE", "PAYMENT", "RVU", "PE RVU", "INDICATOR", "PE RVU"];
  expected.push("INDICATOR", "RVU");
  const mistakes = expected.flatMap((title, index) =>
    header.cells[index] === title
      ? []
      : [{ path: `column ${index + 1}`, found: shown(header.cells[index]), allowed: title }],
  );
  const factor = header.cells.indexOf("FACTOR");
  if (factor < 0) mistakes.push({ path: "header", found: "no such column", allowed: "a column FACTOR" });
  if (mistakes.length > 0) throw new InvalidInput(place(header), mistakes);
  return {
    code: 0,
    modifier: 1,
    description: 2,
    status: 3,
    work: 5,
    practice_expense_nonfacility: 6,
    practice_expense_facility: 8,
    malpractice: 10,
    conversion_factor: factor,
  };
}

function hasRelativeValue(row: Omit<RelativeValueRow, "year">): boolean {
  const parts = [row.work, row.practice_expense_nonfacility, row.practice_expense_facility, row.malpractice];
  return parts.some((part) => Number(part) > 0);
}

/** Splits a CSV file at the row whose first cell is `first`; what stands above are titles. */
function splitHeader(file: string, first: string): { header: Line; records: Line[] } {
  const lines = readCsv(file);
  const index = lines.findIndex(({ cells }) => cells[0] === first);
  const header = lines[index];
  if (!header) {
    throw new InvalidInput(basename(file), [
      { path: "header", found: "nothing", allowed: `a row that begins with "${first}"` },
    ]);
  }
  return { header, records: lines.slice(index + 1) };
}

function findColumns<Name extends string>(
  header: Line,
  titles: Readonly<Record<Name, string>>,
): Record<Name, number> {
  const simple = header.cells.map((cell) => cell.toLowerCase());
  const columns = Object.entries<string>(titles).map(
    ([name, title]) => [name, simple.indexOf(title.toLowerCase())] as const,
  );
  const mistakes = columns
    .filter(([, position]) => position < 0)
    .map(([name]) => ({ path: name, found: "no such column", allowed: `"${titles[name as Name]}"` }));
  if (mistakes.length > 0) throw new InvalidInput(place(header), mistakes);
  return Object.fromEntries(columns) as Record<Name, number>;
}

function pick<Name extends string>({ cells }: Line, positions: Readonly<Record<Name, number>>): object {
  const entries = Object.entries<number>(positions);
  return Object.fromEntries(entries.map(([name, position]) => [name, cells[position] ?? ""]));
}

function check<S extends TSchema>(line: Omit<Line, "cells">, schema: S, record: object): Static<S> {
  return validate(place(line), schema, record);
}

function notEmpty<Row>(file: string, rows: Row[]): Row[] {
  if (rows.length > 0) return rows;
  throw new InvalidInput(basename(file), [
    { path: "records", found: "nothing to import", allowed: "at least one record" },
  ]);
}

function place({ file, number }: Omit<Line, "cells">): string {
  return `${basename(file)}, line ${number}`;
}

function shown(cell: string | undefined): string {
  return cell === undefined ? "nothing" : JSON.stringify(cell);
}

function readCsv(file: string): Line[] {
  const options = { info: true, relax_column_count: true, trim: true };
  const rows: unknown[] = parse(readText(file), options);
  return (rows as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
    file,
    number: info.lines,
    cells: record,
  }));
}

function readText(file: string): string {
  // Published in Windows' western encoding, of which the fields read here use ASCII only.
  return readFileSync(file, "latin1");
}
