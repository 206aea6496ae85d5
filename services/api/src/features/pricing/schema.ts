/** What pricing is asked and answers. Amounts are decimals as text, so that they stay exact. */
import { type Static, Type } from "typebox";
import { Decimal, Zip } from "../reference/schema.ts";

export const PriceQuery = Type.Object({
  zip: Zip,
  code: Type.String({
    pattern: "^[A-Z0-9]{5}$",
    title: "a procedure code of five capital letters and digits",
    examples: ["G0011"],
  }),
  setting: Type.Enum(["facility", "nonfacility", "office"], {
    description: "Where the procedure is done; office is nonfacility",
    examples: ["office"],
  }),
  year: Type.Integer({ default: 2025, minimum: 1992, maximum: 2100 }),
  modifier: Type.Optional(
    Type.String({
      pattern: "^[A-Z0-9]{2}$",
      title: "two capital letters or digits",
      examples: ["26"],
    }),
  ),
});
export type PriceQuery = Static<typeof PriceQuery>;

const Component = Type.Object({ relativeValue: Decimal, index: Decimal, adjusted: Decimal });

export const PricedCode = Type.Object(
  {
    code: Type.String(),
    modifier: Type.String({ description: "Empty when the code has none" }),
    description: Type.String(),
    status: Type.String({ description: "The status code of the fee schedule, for example A for active" }),
    year: Type.Integer(),
    zip: Type.String(),
    locality: Type.Object({ carrier: Type.String(), locality: Type.String(), name: Type.String() }),
    setting: Type.Enum(["facility", "nonfacility"]),
    currency: Type.Literal("USD"),
    price: Decimal,
    components: Type.Object({ work: Component, practiceExpense: Component, malpractice: Component }),
    adjustedTotal: Decimal,
    conversionFactor: Decimal,
  },
  {
    description: "The price of a procedure where it is done, with what it is made of",
    examples: [
      {
        code: "G0011",
        modifier: "",
        description: "Hiv prep counsel, md 15-30m",
        status: "A",
        year: 2025,
        zip: "99501",
        locality: { carrier: "02102", locality: "01", name: "ALASKA" },
        setting: "nonfacility",
        currency: "USD",
        price: "34.14",
        components: {
          work: { relativeValue: "0.45", index: "1.500", adjusted: "0.675" },
          practiceExpense: { relativeValue: "0.33", index: "1.081", adjusted: "0.35673" },
          malpractice: { relativeValue: "0.04", index: "0.592", adjusted: "0.02368" },
        },
        adjustedTotal: "1.05541",
        conversionFactor: "32.3465",
      },
    ],
  },
);
export type PricedCode = Static<typeof PricedCode>;
