/**
 * Validation of what comes in from outside (settings, environment, request), with all mistakes at once.
 * A mistake names the field, the value found and what is allowed.
 */
import type { Static, TSchema } from "typebox";
import { Settings } from "typebox/system";
import { Value } from "typebox/value";

// The library stops after eight mistakes otherwise.
Settings.Set({ maxErrors: 1000 });

/** One wrong field. */
export interface Mistake {
  /** Where it is, for example `ports.edge`. */
  readonly path: string;
  /** What was found there, as JSON; "nothing" when the field is absent. */
  readonly found: string;
  /** What is allowed, in words. */
  readonly allowed: string;
}

/** Input that was refused. The message lists every mistake, one a line. */
export class InvalidInput extends Error {
  readonly mistakes: readonly Mistake[];

  /**
   * @param subject what was validated, for example `Settings of stack "prod"`
   * @param mistakes at least one
   */
  constructor(subject: string, mistakes: readonly Mistake[]) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    const lines = mistakes.map(
      ({ path, found, allowed }) => `  ${path}: found ${found}, allowed: ${allowed}`,
    );
    super([`${subject}: ${count}`, ...lines].join("\n"));
    this.name = "InvalidInput";
    this.mistakes = mistakes;
  }
}

/** A rule between fields, which a schema alone cannot say. Returns what it finds wrong. */
export type Rule<T> = (value: T) => readonly Mistake[];

/**
 * Checks a value against a schema and then against the rules between its fields.
 *
 * @param subject what is validated, for the error's first line
 * @param schema its shape; a field with `title` is described by it, one with `writeOnly` is never printed
 * @param value what came in; defaults of the schema are filled in
 * @param rules run only when the shape is right
 * @throws InvalidInput with every mistake
 */
export function validate<S extends TSchema>(
  subject: string,
  schema: S,
  value: unknown,
  rules: readonly Rule<Static<S>>[] = [],
): Static<S> {
  const filled = Value.Default(schema, Value.Clone(value));
  const mistakes = shapeMistakes(schema, filled);
  if (mistakes.length === 0) mistakes.push(...rules.flatMap((rule) => rule(filled as Static<S>)));
  if (mistakes.length > 0) throw new InvalidInput(subject, mistakes);
  return filled as Static<S>;
}

type JsonSchema = {
  type?: string;
  title?: string;
  writeOnly?: boolean;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  pattern?: string;
  minimum?: number;
  maximum?: number;
};

function shapeMistakes(schema: TSchema, value: unknown): Mistake[] {
  const mistakes = new Map<string, Mistake>();
  for (const error of Value.Errors(schema, value)) {
    for (const mistake of toMistakes(schema, value, error)) {
      if (!mistakes.has(mistake.path)) mistakes.set(mistake.path, mistake);
    }
  }
  return [...mistakes.values()];
}

type SchemaError = ReturnType<typeof Value.Errors>[number];

function toMistakes(schema: TSchema, value: unknown, error: SchemaError): Mistake[] {
  const path = error.instancePath;
  const at = Value.Pointer.Get(schema, error.schemaPath.slice(1)) as JsonSchema;
  if (error.keyword === "required") {
    const present = (Value.Pointer.Get(value, path) ?? {}) as object;
    return error.params.requiredProperties
      .filter((name) => !(name in present))
      .map((name) => ({
        path: dotted(`${path}/${name}`),
        found: "nothing",
        allowed: allowed(at.properties?.[name] ?? {}),
      }));
  }
  if (error.keyword === "boolean") {
    const parent = Value.Pointer.Get(schema, error.schemaPath.slice(1).replace(/\/[^/]*$/, "")) as JsonSchema;
    const known = Object.keys(parent.properties ?? {}).join(", ");
    return [{ path: dotted(path), found: "a field nobody reads", allowed: `one of ${known}` }];
  }
  // The parts of a union are told by the union, an object's unknown fields one by one.
  if (error.keyword === "additionalProperties" || /\/anyOf\//.test(error.schemaPath)) return [];
  return [{ path: dotted(path), found: found(at, Value.Pointer.Get(value, path)), allowed: allowed(at) }];
}

function dotted(pointer: string): string {
  return pointer.slice(1).replaceAll("/", ".") || "(the whole)";
}

function found(schema: JsonSchema, value: unknown): string {
  return schema.writeOnly ? "a value that is not shown" : JSON.stringify(value);
}

function allowed(schema: JsonSchema): string {
  if (schema.title) return schema.title;
  if (schema.anyOf) return schema.anyOf.map(allowed).join(" or ");
  if (schema.enum) return schema.enum.map((option) => JSON.stringify(option)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `a list of ${allowed(schema.items ?? {})}`;
  const kind = schema.type === "integer" ? "a whole number" : schema.type ? `a ${schema.type}` : "any value";
  return [kind, bounds(schema), schema.pattern && `matching ${schema.pattern}`].filter(Boolean).join(" ");
}

function bounds({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `of at least ${minimum}`;
  return maximum === undefined ? "" : `of at most ${maximum}`;
}
