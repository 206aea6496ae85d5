/** Where reference data comes from. */
import type { Database } from "../../database/database.ts";
import type { Locality } from "./schema.ts";

interface Row {
  readonly year: number;
  readonly carrier: string;
  readonly locality: string;
  readonly state: string;
  readonly name: string;
  readonly work_gpci: string;
  readonly practice_expense_gpci: string;
  readonly malpractice_gpci: string;
}

/** Finds the payment locality of a ZIP code, in the latest year that has one. */
export async function findLocality(database: Database, zip: string): Promise<Locality | undefined> {
  const [row] = await database.read<Row>({
    name: "locality",
    text: `
      SELECT z.year, z.carrier, z.locality, z.state, l.name,
             l.work_gpci, l.practice_expense_gpci, l.malpractice_gpci
      FROM zip_locality z JOIN locality l USING (year, carrier, locality)
      WHERE z.zip = $1 ORDER BY z.year DESC LIMIT 1`,
    values: [zip],
  });
  return row && toLocality(row);
}

/** The source splits two states in east and west; an address does not. */
const splitStates: Readonly<Record<string, string>> = { EK: "KS", WK: "KS", EM: "MO", WM: "MO" };

function toLocality({ year, carrier, locality, name, state, ...row }: Row): Locality {
  return {
    carrier,
    locality,
    name,
    state: splitStates[state] ?? state,
    indices: {
      work: row.work_gpci,
      practiceExpense: row.practice_expense_gpci,
      malpractice: row.malpractice_gpci,
    },
    year,
    source: `CMS, Medicare physician fee schedule ${year}: ZIP code to locality, GPCI`,
  };
}
