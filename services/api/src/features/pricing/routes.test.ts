import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeDatabase, type TestApp, testApp } from "../../testing.ts";
import { PricedCode } from "./schema.ts";

const row = {
  description: "Hiv prep counsel, md 15-30m",
  status: "A",
  work: "0.45",
  practice_expense_nonfacility: "0.33",
  practice_expense_facility: "0.25",
  malpractice: "0.04",
  conversion_factor: "32.3465",
  carrier: "10112",
  locality: "00",
  name: "ALABAMA",
  work_gpci: "1.000",
  practice_expense_gpci: "0.869",
  malpractice_gpci: "0.575",
};
const database = new FakeDatabase({ price: (_: number, code: string) => (code === "G0011" ? [row] : []) });
let app: TestApp;
beforeAll(async () => {
  app = await testApp(database);
});
afterAll(() => app.server.close());

const get = (query: string) => app.server.inject(`/codes/price?${query}`);

test.each([
  ["facility", "facility", "22.33"],
  ["nonfacility", "nonfacility", "24.58"],
  ["office", "nonfacility", "24.58"],
])("setting %s is priced as %s: %s", async (asked, setting, price) => {
  const answer = (await get(`zip=35004&code=G0011&setting=${asked}`)).json();
  expect(Value.Check(PricedCode, answer)).toBe(true);
  expect(answer).toMatchObject({ setting, price, currency: "USD", locality: { name: "ALABAMA" } });
});

test("year and modifier have defaults, and reach the query", async () => {
  await get("zip=35005&code=G0011&setting=office");
  expect(database.asked.at(-1)?.values).toEqual([2025, "G0011", "", "35005"]);
  await get("zip=35005&code=G0011&setting=office&year=2024&modifier=26");
  expect(database.asked.at(-1)?.values).toEqual([2024, "G0011", "26", "35005"]);
});

test("an unknown code: 404", async () => {
  expect((await get("zip=35004&code=X0000&setting=office")).statusCode).toBe(404);
});

test("what is missing is named", async () => {
  const { mistakes } = (await get("code=g0011")).json();
  expect(mistakes.map(({ path }: { path: string }) => path).sort()).toEqual(["code", "setting", "zip"]);
});
