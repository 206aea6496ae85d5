/** How requests are validated: by the house's `validate`, so that a refusal names every wrong field. */
import type { FastifySchemaCompiler } from "fastify";
import type { TObject } from "typebox";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";
import { InvalidInput, validate } from "../../../../validate.ts";
import { numberCoercion } from "../coerce.ts";

const subjects: Readonly<Record<string, string>> = { params: "Path", querystring: "Query", body: "Body" };

/** Compiles a schema into a check that fills in defaults and, outside bodies, turns text into numbers. */
export const validatorCompiler: FastifySchemaCompiler<TObject> = ({ schema, httpPart = "" }) => {
  const compiled = Compile(schema);
  const coerced = httpPart === "body" ? (body: unknown) => body : numberCoercion(schema);
  const subject = subjects[httpPart] ?? "Request";
  return (input) => {
    const value = Value.Default(schema, coerced(input));
    return compiled.Check(value) ? { value } : { error: refusal(subject, schema, value) };
  };
};

function refusal(subject: string, schema: TObject, value: unknown): Error {
  try {
    validate(subject, schema, value);
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  return new Error(`${subject} does not fit its schema`);
}
