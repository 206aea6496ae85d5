/** What reference data is asked and answers. Indices are decimals as text, so that they stay exact. */
import { type Static, Type } from "typebox";

export const Decimal = Type.String({ pattern: "^-?\\d+(\\.\\d+)?$", examples: ["1.081"] });

export const Zip = Type.String({ pattern: "^\\d{5}$", title: "five digits", examples: ["99501"] });

export const Locality = Type.Object(
  {
    carrier: Type.String({ description: "The Medicare contractor" }),
    locality: Type.String({ description: "Its payment locality" }),
    name: Type.String(),
    state: Type.String(),
    indices: Type.Object(
      { work: Decimal, practiceExpense: Decimal, malpractice: Decimal },
      { description: "Geographic practice cost indices" },
    ),
    year: Type.Integer(),
    source: Type.String(),
  },
  {
    description: "The Medicare payment locality of a ZIP code",
    examples: [
      {
        carrier: "02102",
        locality: "01",
        name: "ALASKA",
        state: "AK",
        indices: { work: "1.500", practiceExpense: "1.081", malpractice: "0.592" },
        year: 2025,
        source: "CMS, Medicare physician fee schedule 2025: ZIP code to locality, GPCI",
      },
    ],
  },
);
export type Locality = Static<typeof Locality>;

export const LocalityQuery = Type.Object({ zip: Zip });
