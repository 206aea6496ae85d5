import { expect, test } from "vitest";
import { priceOf } from "./price.ts";

// Counselling on HIV prevention, G0011, and the indices of two localities, 2025 (CMS).
const values = {
  work: "0.45",
  practiceExpense: { nonfacility: "0.33", facility: "0.25" },
  malpractice: "0.04",
  conversionFactor: "32.3465",
};
const alabama = { work: "1.000", practiceExpense: "0.869", malpractice: "0.575" };
const alaska = { work: "1.500", practiceExpense: "1.081", malpractice: "0.592" };

test("adds the adjusted values and multiplies by the conversion factor", () => {
  // 0.45 × 1 + 0.33 × 0.869 + 0.04 × 0.575 = 0.75977; × 32.3465 = 24.575900305
  expect(priceOf(values, alabama, "nonfacility")).toEqual({
    price: "24.58",
    components: {
      work: { relativeValue: "0.45", index: "1.000", adjusted: "0.45" },
      practiceExpense: { relativeValue: "0.33", index: "0.869", adjusted: "0.28677" },
      malpractice: { relativeValue: "0.04", index: "0.575", adjusted: "0.023" },
    },
    adjustedTotal: "0.75977",
    conversionFactor: "32.3465",
  });
});

test("the setting chooses the practice expense", () => {
  // 0.45 + 0.25 × 0.869 + 0.023 = 0.69025; × 32.3465 = 22.327171625
  expect(priceOf(values, alabama, "facility").price).toBe("22.33");
});

test("the locality chooses the indices", () => {
  // 0.45 × 1.5 + 0.33 × 1.081 + 0.04 × 0.592 = 1.05541; × 32.3465 = 34.138819565
  expect(priceOf(values, alaska, "nonfacility").price).toBe("34.14");
});

test("half a cent goes up, where binary floating point would lose it", () => {
  const one = { work: "1", practiceExpense: "1", malpractice: "1" };
  const none = { practiceExpense: { nonfacility: "0", facility: "0" }, malpractice: "0" };
  expect((1.005).toFixed(2)).toBe("1.00");
  expect(priceOf({ work: "1", ...none, conversionFactor: "1.005" }, one, "facility").price).toBe("1.01");
});
