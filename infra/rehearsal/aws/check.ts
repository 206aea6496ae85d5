/** What the provider or AWS would refuse of a resource's inputs before it does anything. */
import type { Mistake } from "../../../validate.ts";
import { dotted, leaves, type Path, written } from "../comparison.ts";
import { type Properties, unknown } from "../protocol.ts";
import type { KnownProperty } from "./specification.ts";
import { type DescribedType, fileOf, isCommon } from "./table.ts";

/** @returns why the inputs would be refused, in words; empty when they would not */
export function refusals(row: DescribedType, inputs: Properties): readonly string[] {
  const mistakes = [
    ...leaves(inputs, []).flatMap((path) => propertyMistakes(row, path, valueAt(inputs, path))),
    ...missing(row, inputs),
    ...nameMistakes(row, inputs),
  ];
  return [...new Set(mistakes.map(inWords))];
}

/** A mistake on one line, as the engine shows it under the resource. */
export function inWords({ path, found, allowed }: Mistake): string {
  return `${path}: found ${found}, allowed: ${allowed}`;
}

/** What was found, unless its name says that it is a secret. */
export function shown(path: string, value: unknown): string {
  if (/password|secret|token/i.test(path)) return "a value that is not shown";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function valueAt(inputs: Properties, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Properties)[key], inputs);
}

function propertyMistakes(row: DescribedType, path: Path, value: unknown): readonly Mistake[] {
  if (isCommon(row, path)) return [];
  const property = row.description.property(path);
  const own = `in ${fileOf(row.type)}`;
  if (!property) return [strange(row, path, own)];
  if (property.change === "unclear") {
    return [
      {
        path: written(path),
        found: "a property of which the specification does not say whether a change replaces it",
        allowed: `those of which the table says so; add a Behaviour ${own}`,
      },
    ];
  }
  return [...emptyReference(path, value), ...allowedMistakes(property, path, value)];
}

/** What comes of an output that the other resource does not have: AWS takes no empty id or ARN. */
function emptyReference(path: Path, value: unknown): readonly Mistake[] {
  const name = path.findLast((key) => typeof key === "string") ?? "";
  if (value !== "" || !/(Id|Arn)s?$/.test(name)) return [];
  return [{ path: written(path), found: '""', allowed: "an id or ARN, or no value" }];
}

/** Names the outermost property that neither the specification nor the table knows. */
function strange(row: DescribedType, path: Path, own: string): Mistake {
  const length = path.findIndex(
    (key, index) => typeof key === "string" && !row.description.property(path.slice(0, index + 1)),
  );
  return {
    path: written(path.slice(0, length + 1)),
    found: `a property that neither ${row.specification ?? "the specification"} nor the table has`,
    allowed: `those of ${row.type}; if the provider has it, add it ${own}`,
  };
}

function allowedMistakes({ allowed }: KnownProperty, path: Path, value: unknown): readonly Mistake[] {
  if (!allowed || value === unknown || Array.isArray(value)) return [];
  if (allowed.some((each) => `${each}` === `${value}`)) return [];
  const values = allowed.map((each) => JSON.stringify(each)).join(", ");
  return [{ path: written(path), found: shown(dotted(path), value), allowed: values }];
}

function missing(row: DescribedType, inputs: Properties): readonly Mistake[] {
  const settled = [...Object.keys(inputs), ...Object.keys(row.optional ?? {})];
  const bySpecification = row.description.required
    .filter(({ isSetBy }) => !settled.some(isSetBy))
    .map(({ name }) => name);
  const byTable = (row.required ?? []).filter((name) => !(name in inputs));
  return [...bySpecification, ...byTable].map((name) => ({
    path: name,
    found: "nothing",
    allowed: `a value, for ${row.type} requires one`,
  }));
}

function nameMistakes({ physicalName }: DescribedType, inputs: Properties): readonly Mistake[] {
  if (!physicalName) return [];
  const { property, limit, pattern } = physicalName;
  const name = inputs[property];
  if (typeof name !== "string" || name === unknown) return [];
  if (name.length <= limit && pattern.test(name)) return [];
  const found = `${JSON.stringify(name)} of ${name.length} characters`;
  return [{ path: property, found, allowed: `at most ${limit} characters matching ${pattern}` }];
}
