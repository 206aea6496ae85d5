import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { readReferenceData } from "./reference.ts";

const { localities, zipLocalities, relativeValues } = readReferenceData();

/** The official figures as columns, where they stand beside the repository. */
const officialFigures = join(import.meta.dirname, "../../../../../shared/data");
const withFigures = test.skipIf(!existsSync(officialFigures));

test("every ZIP code has one locality, and that locality its indices", () => {
  const known = new Set(localities.map(({ carrier, locality }) => `${carrier} ${locality}`));
  expect(known.size).toBe(localities.length);
  expect(new Set(zipLocalities.map(({ zip }) => zip)).size).toBe(zipLocalities.length);
  expect(zipLocalities.filter(({ carrier, locality }) => !known.has(`${carrier} ${locality}`))).toEqual([]);
});

test("a span holds its first and last ZIP code and all between", () => {
  const anchorage = zipLocalities.filter(({ zip }) => zip >= "99501" && zip <= "99528");
  expect(anchorage.map(({ zip }) => Number(zip))).toEqual(Array.from({ length: 24 }, (_, n) => 99_501 + n));
});

test("ZIP codes keep their leading zeros", () => {
  expect(zipLocalities.find(({ zip }) => zip === "00601")?.state).toBe("PR");
});

test("holds codes of HCPCS Level II only, none of CPT and none of dentistry", () => {
  expect(relativeValues.filter(({ code }) => !/^[A-CE-Z]\d{4}$/.test(code))).toEqual([]);
});

withFigures("all localities are the official ones", () => {
  const official = readFigures("gpci-2025.csv");
  expect(official).toHaveLength(109);
  const own = localities.map((row) => ({
    carrier: row.carrier,
    state: row.state,
    locality: row.locality,
    name: row.name,
    work: row.work_gpci,
    practice_expense: row.practice_expense_gpci,
    malpractice: row.malpractice_gpci,
  }));
  expect(own).toEqual(official);
});

withFigures("all ZIP codes are the official ones", () => {
  const official = readFigures("zip-localities-2025q4.csv");
  expect(official).toHaveLength(42_956);
  const line = (row: Record<string, unknown>) => [row.zip, row.state, row.carrier, row.locality].join(" ");
  expect(zipLocalities.map((row) => line({ ...row })).sort()).toEqual(official.map(line).sort());
});

withFigures("all relative values are the official ones", () => {
  const own = relativeValues.map((row) => ({
    code: row.code,
    modifier: row.modifier,
    description: row.description,
    status: row.status,
    work: row.work,
    pe_nonfacility: row.practice_expense_nonfacility,
    pe_facility: row.practice_expense_facility,
    malpractice: row.malpractice,
    conversion_factor: row.conversion_factor,
  }));
  expect(own).toEqual(readFigures("rvu-2025-level2.csv"));
});

function readFigures(file: string): Record<string, string>[] {
  return parse<Record<string, string>>(readFileSync(join(officialFigures, file)), { columns: true });
}
