import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

const file = import.meta.filename;

test("loads the own tables and no directory unless asked", () => {
  expect(readArguments([])).toEqual({ help: false, seed: 1 });
});

test("reads all flags", () => {
  const files = ["--zip5", file, "--gpci", file, "--pprrvu", file, "--year=2025", "--codes", "level2,cpt"];
  expect(readArguments(["--businesses", "5000", "--seed", "7", ...files])).toEqual({
    help: false,
    businesses: 5000,
    seed: 7,
    official: { zip5: file, gpci: file, pprrvu: file, year: 2025, codes: ["level2", "cpt"] },
  });
});

test.each([
  [["--busineses", "5"], "busineses: found a field nobody reads, allowed: one of help, businesses"],
  [["now"], "now: found a field nobody reads"],
  [["--businesses", "many"], 'businesses: found "many", allowed: a whole number from 1 to 10000000'],
  [["--businesses"], "businesses: found true, allowed: a whole number"],
  [["--codes", "all"], 'codes: found "all", allowed: one or more of level2, cpt, dental'],
  [["--year", "2025"], "zip5: found nothing, allowed: a value, as zip5, gpci, pprrvu, year go together"],
  [["--codes", "cpt"], "year: found nothing"],
  [["--zip5", "/nowhere"], 'zip5: found "/nowhere", allowed: the path of a file that exists'],
])("refuses %j", (argv, mistake) => {
  expect(() => readArguments(argv)).toThrow(mistake);
});
