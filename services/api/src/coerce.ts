/** Text that stands for a number, as environments and query strings write them. */
import type { TObject, TSchema } from "typebox";

const decimal = /^-?\d+(\.\d+)?$/;

/**
 * Turns the text of every field that its schema calls a number into that number.
 *
 * @param schema an object schema with flat fields
 * @returns a function from the fields as text to the same fields; text that is no plain decimal stays
 *   text, so that validation refuses it and shows what was found
 */
export function numberCoercion(schema: TObject): (fields: object) => Record<string, unknown> {
  const numeric = Object.entries(schema.properties).filter(([, field]) => isNumeric(field));
  const names = numeric.map(([name]) => name);
  return (fields) => {
    const coerced: Record<string, unknown> = { ...fields };
    for (const name of names) {
      const value = coerced[name];
      if (typeof value === "string" && decimal.test(value)) coerced[name] = Number(value);
    }
    return coerced;
  };
}

function isNumeric(schema: TSchema): boolean {
  const { type } = schema as { type?: string };
  return type === "integer" || type === "number";
}
