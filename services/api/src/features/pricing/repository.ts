/** Where prices come from: relative values and indices are looked up, the price is computed. */
import type { Database } from "../../database/database.ts";
import { priceOf } from "./price.ts";
import type { PricedCode, PriceQuery } from "./schema.ts";

interface Row {
  readonly description: string;
  readonly status: string;
  readonly work: string;
  readonly practice_expense_nonfacility: string;
  readonly practice_expense_facility: string;
  readonly malpractice: string;
  readonly conversion_factor: string;
  readonly carrier: string;
  readonly locality: string;
  readonly name: string;
  readonly work_gpci: string;
  readonly practice_expense_gpci: string;
  readonly malpractice_gpci: string;
}

/** Prices a code for the locality of a ZIP code; nothing when either is unknown in that year. */
export async function findPrice(database: Database, query: PriceQuery): Promise<PricedCode | undefined> {
  const { zip, code, year, modifier = "" } = query;
  const [row] = await database.read<Row>({
    name: "price",
    text: `
      SELECT v.description, v.status, v.work, v.practice_expense_nonfacility, v.practice_expense_facility,
             v.malpractice, v.conversion_factor, l.carrier, l.locality, l.name,
             l.work_gpci, l.practice_expense_gpci, l.malpractice_gpci
      FROM relative_value v
      JOIN zip_locality z ON z.year = v.year AND z.zip = $4
      JOIN locality l ON l.year = z.year AND l.carrier = z.carrier AND l.locality = z.locality
      WHERE v.year = $1 AND v.code = $2 AND v.modifier = $3`,
    values: [year, code, modifier, zip],
  });
  return row && toPricedCode(row, query);
}

function toPricedCode(row: Row, { zip, code, year, modifier = "", setting: asked }: PriceQuery): PricedCode {
  const setting = asked === "facility" ? "facility" : "nonfacility";
  const values = {
    work: row.work,
    practiceExpense: {
      nonfacility: row.practice_expense_nonfacility,
      facility: row.practice_expense_facility,
    },
    malpractice: row.malpractice,
    conversionFactor: row.conversion_factor,
  };
  const indices = {
    work: row.work_gpci,
    practiceExpense: row.practice_expense_gpci,
    malpractice: row.malpractice_gpci,
  };
  return {
    code,
    modifier,
    description: row.description,
    status: row.status,
    year,
    zip,
    locality: { carrier: row.carrier, locality: row.locality, name: row.name },
    setting,
    currency: "USD",
    ...priceOf(values, indices, setting),
  };
}
