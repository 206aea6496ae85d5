import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InvalidInput } from "../../../../validate.ts";
import { type OfficialFiles, readOfficialFiles } from "./importer.ts";

const published: OfficialFiles = {
  zip5: fixture("ZIP5.txt"),
  gpci: fixture("GPCI.csv"),
  pprrvu: fixture("PPRRVU.csv"),
  year: 2025,
  codes: ["level2"],
};
const folder = mkdtempSync(join(tmpdir(), "importer-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("reads ZIP codes by their columns", () => {
  expect(readOfficialFiles(published).zipLocalities).toEqual([
    { year: 2025, state: "AK", zip: "99501", carrier: "02102", locality: "01" },
    { year: 2025, state: "EK", zip: "66101", carrier: "05202", locality: "00" },
    { year: 2025, state: "CA", zip: "94102", carrier: "01112", locality: "05" },
    { year: 2025, state: "ND", zip: "58001", carrier: "03302", locality: "01" },
  ]);
});

test("reads indices with the work floor, without titles, footnotes and their asterisks", () => {
  const { localities } = readOfficialFiles(published);
  expect(localities.map(({ name }) => name)).toEqual([
    "ALASKA",
    "NORTH DAKOTA",
    "SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO, SAN MATEO)",
  ]);
  expect(localities[1]).toEqual({
    year: 2025,
    carrier: "03302",
    locality: "01",
    state: "ND",
    name: "NORTH DAKOTA",
    work_gpci: "1.000",
    practice_expense_gpci: "1.000",
    malpractice_gpci: "0.498",
  });
});

test("reads relative values of Level II codes that have any", () => {
  const { relativeValues } = readOfficialFiles(published);
  expect(relativeValues.map(({ code, modifier }) => code + modifier)).toEqual(["G0011", "G013026"]);
  expect(relativeValues[0]).toEqual({
    year: 2025,
    code: "G0011",
    modifier: "",
    description: "Hiv prep counsel, md 15-30m",
    status: "A",
    work: "0.45",
    practice_expense_nonfacility: "0.33",
    practice_expense_facility: "0.25",
    malpractice: "0.04",
    conversion_factor: "32.3465",
  });
});

test("takes other kinds of code when they are asked for", () => {
  const { relativeValues } = readOfficialFiles({ ...published, codes: ["cpt", "dental"] });
  expect(relativeValues.map(({ code }) => code)).toEqual(["00000", "D0000"]);
});

test.each([
  {
    file: "zip5",
    name: "a ZIP code with a letter",
    change: ["EK66101", "EK6610O"],
    error: 'ZIP5.txt, line 2: 1 mistake\n  zip: found "6610O", allowed: five digits',
  },
  {
    file: "zip5",
    name: "a record of another year",
    change: ["20254", "20244"],
    error: 'ZIP5.txt, line 1: 1 mistake\n  yearQuarter: found "20244", allowed: 2025 and its quarter',
  },
  {
    file: "gpci",
    name: "a carrier with a letter, which is no footnote",
    change: ["03302,ND", "O3302,ND"],
    error: 'GPCI.csv, line 5: 1 mistake\n  carrier: found "O3302", allowed: five digits',
  },
  {
    file: "gpci",
    name: "the indices of another year",
    change: ["2025 PE GPCI", "2024 PE GPCI"],
    error:
      'GPCI.csv, line 3: 1 mistake\n  practice_expense_gpci: found no such column, allowed: "2025 PE GPCI"',
  },
  {
    file: "gpci",
    name: "a file without a header",
    change: ["Medicare Administrative Contractor", "Carrier"],
    error: "GPCI.csv: 1 mistake\n  header: found nothing",
  },
  {
    file: "pprrvu",
    name: "a value that is no number",
    change: ["0.45,0.33", "0.45,NA"],
    error:
      'PPRRVU.csv, line 13: 1 mistake\n  practice_expense_nonfacility: found "NA", allowed: a decimal number',
  },
  {
    file: "pprrvu",
    name: "a code of no known shape",
    change: ["G0011", "G011"],
    error:
      'PPRRVU.csv, line 13: 1 mistake\n  code: found "G011", allowed: a code of kind level2, cpt, dental',
  },
  {
    file: "pprrvu",
    name: "a column that moved",
    change: ["HCPCS,MOD,DESCRIPTION", "HCPCS,DESCRIPTION,MOD"],
    error: 'PPRRVU.csv, line 9: 2 mistakes\n  column 2: found "DESCRIPTION", allowed: MOD',
  },
] as const)("refuses $name", ({ file, change: [from, to], error }) => {
  const read = () => readOfficialFiles(withChange(file, from, to));
  expect(read).toThrow(InvalidInput);
  expect(read).toThrow(error);
});

test("refuses a file of which nothing would be imported", () => {
  const read = () => readOfficialFiles(withChange("pprrvu", /^(G|P|D)/gm, "0"));
  expect(read).toThrow("PPRRVU.csv: 1 mistake\n  records: found nothing to import");
});

function withChange(file: "zip5" | "gpci" | "pprrvu", from: string | RegExp, to: string): OfficialFiles {
  const path = join(folder, basename(published[file]));
  writeFileSync(path, readFileSync(published[file], "utf8").replace(from, to));
  return { ...published, [file]: path };
}

function fixture(file: string): string {
  return join(import.meta.dirname, "fixtures", file);
}
