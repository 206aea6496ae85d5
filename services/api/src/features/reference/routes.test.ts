import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeDatabase, type TestApp, testApp } from "../../testing.ts";
import { Locality } from "./schema.ts";

const alaska = {
  year: 2025,
  carrier: "02102",
  locality: "01",
  state: "AK",
  name: "ALASKA",
  work_gpci: "1.500",
  practice_expense_gpci: "1.081",
  malpractice_gpci: "0.592",
};
let app: TestApp;
beforeAll(async () => {
  const rows: Record<string, object[]> = { "99501": [alaska], "66101": [{ ...alaska, state: "EK" }] };
  app = await testApp(new FakeDatabase({ locality: (zip: string) => rows[zip] ?? [] }));
});
afterAll(() => app.server.close());

const get = (zip: string) => app.server.inject(`/reference/localities?zip=${zip}`);

test("the locality of a ZIP code, its indices exact", async () => {
  const locality = (await get("99501")).json();
  expect(Value.Check(Locality, locality)).toBe(true);
  expect(locality).toMatchObject({
    carrier: "02102",
    locality: "01",
    name: "ALASKA",
    state: "AK",
    indices: { work: "1.500", practiceExpense: "1.081", malpractice: "0.592" },
    year: 2025,
  });
});

test("a half of Kansas is Kansas", async () => {
  expect((await get("66101")).json().state).toBe("KS");
});

test("an unknown ZIP code: 404", async () => {
  expect((await get("00000")).statusCode).toBe(404);
});

test.each(["9950", "995011", "abcde", ""])("%j is no ZIP code: 400", async (zip) => {
  expect((await get(zip)).json().mistakes).toEqual([
    { path: "zip", found: JSON.stringify(zip), allowed: "five digits" },
  ]);
});
