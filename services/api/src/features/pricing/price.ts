/**
 * The price of a procedure under the Medicare physician fee schedule: each relative value is adjusted by
 * the geographic practice cost index of its kind, and their sum multiplied by the conversion factor
 * (42 CFR 414.20 to 414.26). Decimals are exact; only the price is rounded, half up, to cents.
 */
import Big from "big.js";

/** Where the procedure is done; it decides which practice expense counts (42 CFR 414.22 (b)(5)). */
export type Setting = "facility" | "nonfacility";

/** A decimal as text. */
type Decimal = string;

/** The relative value units of a procedure. */
export interface RelativeValues {
  readonly work: Decimal;
  readonly practiceExpense: Readonly<Record<Setting, Decimal>>;
  readonly malpractice: Decimal;
  /** US dollars for one relative value unit. */
  readonly conversionFactor: Decimal;
}

/** The geographic practice cost indices of a locality. */
export interface CostIndices {
  readonly work: Decimal;
  readonly practiceExpense: Decimal;
  readonly malpractice: Decimal;
}

/** One summand: a relative value, its index, and their product. */
export interface Component {
  readonly relativeValue: Decimal;
  readonly index: Decimal;
  readonly adjusted: Decimal;
}

/** A price in US dollars, with what it is made of. */
export interface Price {
  readonly price: Decimal;
  readonly components: {
    readonly work: Component;
    readonly practiceExpense: Component;
    readonly malpractice: Component;
  };
  /** The sum of the adjusted values. */
  readonly adjustedTotal: Decimal;
  readonly conversionFactor: Decimal;
}

/** Prices a procedure for a locality and a setting. */
export function priceOf(values: RelativeValues, indices: CostIndices, setting: Setting): Price {
  const components = {
    work: component(values.work, indices.work),
    practiceExpense: component(values.practiceExpense[setting], indices.practiceExpense),
    malpractice: component(values.malpractice, indices.malpractice),
  };
  const total = Object.values(components).reduce((sum, { adjusted }) => sum.plus(adjusted), new Big(0));
  return {
    price: total.times(values.conversionFactor).toFixed(2, Big.roundHalfUp),
    components,
    adjustedTotal: total.toFixed(),
    conversionFactor: values.conversionFactor,
  };
}

function component(relativeValue: Decimal, index: Decimal): Component {
  return { relativeValue, index, adjusted: new Big(relativeValue).times(index).toFixed() };
}
