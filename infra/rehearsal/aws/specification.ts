/**
 * What AWS's own service specification says of a type's properties, under the names that Pulumi gives them.
 * It is the data that the CloudFormation and CDK references are made from.
 */
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { Property, PropertyType, Resource, SpecDatabase } from "@aws-cdk/service-spec-types";
import type { Path } from "../comparison.ts";
import type { AwsType, Behaviour } from "./entry.ts";

/** One property, however deep. */
export interface KnownProperty {
  /** What a change does; "unclear" where neither the specification nor the table decides it. */
  readonly change: Behaviour["change"] | "unclear";
  /** The values it may have, where they are listed. */
  readonly allowed?: readonly unknown[];
}

/** A type as the table and the specification together describe it. */
export interface AwsDescription {
  /** @param path or, dotted, its keys; @returns nothing where neither knows it */
  property(path: Path | string): KnownProperty | undefined;
  /** Names that the specification requires, each as the properties of Pulumi that set it. */
  readonly required: readonly { readonly name: string; isSetBy(property: string): boolean }[];
  readonly isTaggable: boolean;
}

let database: SpecDatabase | undefined;

/** @returns nothing when the specification lacks the type */
export function resourceOf(cloudFormationType: string): Resource | undefined {
  database ??= loadAwsServiceSpecSync();
  return database.lookup("resource", "cloudFormationType", "equals", cloudFormationType)[0];
}

/** @throws Error when the row names a type that the specification lacks */
export function describe(row: AwsType): AwsDescription {
  const resource = row.specification ? resourceOf(row.specification) : undefined;
  if (row.specification && !resource) throw new Error(`the specification has no type ${row.specification}`);
  const top: Place = resource ? { properties: resource.properties } : { properties: {} };
  const replacing = replacingPaths(resource);
  const known = new Map<string, KnownProperty | undefined>();
  return {
    property(path) {
      const keys = typeof path === "string" ? path.split(".") : path.filter((key) => typeof key === "string");
      const id = JSON.stringify(keys);
      if (!known.has(id)) known.set(id, resolve(row, top, keys, replacing));
      return known.get(id);
    },
    required: Object.entries(resource?.properties ?? {})
      .filter(([, { required }]) => required)
      .map(([name]) => ({ name, isSetBy: (property) => isSame(nameOf(row, property) ?? property, name) })),
    isTaggable: row.taggable?.value ?? isTagged(resource),
  };
}

/** Tags of auto-scaling groups have their own form, and the provider's default tags are not added to them. */
function isTagged(resource: Resource | undefined): boolean {
  return resource?.tagInformation !== undefined && resource.tagInformation.variant !== "asg";
}

/** Where a path has come to: properties with names, a map with any keys, anything, or a plain value. */
type Place =
  | { readonly properties: Readonly<Record<string, Property>> }
  | { readonly each: Place }
  | "any"
  | "plain";

function resolve(
  row: AwsType,
  top: Place,
  path: readonly string[],
  replacing: ReadonlySet<string>,
): KnownProperty | undefined {
  let found: Found = { place: top, trail: [] };
  let own: Behaviour | undefined;
  for (const [index, segment] of path.entries()) {
    const entry = row.properties?.[path.slice(0, index + 1).join(".")];
    if (typeof entry === "object") own = entry;
    const name = typeof entry === "string" ? entry : entry?.name;
    const next = name === undefined ? step(found, segment) : named(found, top, name);
    // What CloudFormation lacks, the table tells as a whole.
    if (!next && typeof entry !== "object") return undefined;
    found = next ?? { place: "any", trail: [] };
  }
  const allowed = own?.allowed ?? found.allowed;
  return { change: own?.change ?? changeOf(found.trail, replacing), ...(allowed && { allowed }) };
}

/** Where a name led, and the properties on the way. */
interface Found {
  readonly place: Place;
  readonly trail: readonly (readonly [name: string, Property])[];
  readonly allowed?: readonly unknown[] | undefined;
}

/** @param name with dots, if it leads further than one property: from here, else from the top */
function named(here: Found, top: Place, name: string): Found | undefined {
  const from = (start: Found) =>
    name.split(".").reduce<Found | undefined>((found, each) => found && step(found, each), start);
  return from(here) ?? from({ place: top, trail: [] });
}

function step({ place, trail }: Found, name: string): Found | undefined {
  if (place === "plain") return undefined;
  if (place === "any") return { place, trail };
  if ("each" in place) return { place: place.each, trail };
  const entry = Object.entries(place.properties).find(([key]) => isSame(key, name));
  if (!entry) return undefined;
  const { type } = entry[1];
  return { place: placeOf(type), trail: [...trail, entry], allowed: allowedValues(type) };
}

function changeOf(trail: Found["trail"], replacing: ReadonlySet<string>): KnownProperty["change"] {
  const causes = trail.map(([, { causesReplacement }]) => causesReplacement);
  const isListed = trail.some((_, index) => replacing.has(namesOf(trail.slice(0, index + 1))));
  if (isListed || causes.includes("yes")) return "replace";
  return causes.includes("maybe") ? "unclear" : "update";
}

function namesOf(trail: Found["trail"]): string {
  return trail.map(([name]) => name.toLowerCase()).join(".");
}

function nameOf(row: AwsType, property: string): string | undefined {
  const entry = row.properties?.[property];
  return (typeof entry === "string" ? entry : entry?.name)?.split(".")[0];
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function placeOf(type: PropertyType): Place {
  switch (type.type) {
    case "array":
      return placeOf(type.element);
    case "map":
      return { each: placeOf(type.element) };
    case "ref":
      return placeOfDefinition(type.reference.$ref);
    case "union":
      return type.types.map(placeOf).find((place) => place !== "plain") ?? "plain";
    case "json":
    case "tag":
      return "any";
    default:
      return "plain";
  }
}

/** What the specification has as a list of names and values is a map in the provider. */
function placeOfDefinition(reference: string): Place {
  const { properties } = (database as SpecDatabase).get("typeDefinition", reference);
  const names = Object.keys(properties).sort().join();
  return names === "Name,Value" || names === "Key,Value" ? "any" : { properties };
}

function allowedValues(type: PropertyType): readonly unknown[] | undefined {
  if (type.type === "array") return allowedValues(type.element);
  return type.type === "string" || type.type === "integer" ? type.allowedValues : undefined;
}

function replacingPaths(resource: Resource | undefined): ReadonlySet<string> {
  const paths = resource?.additionalReplacementProperties ?? [];
  return new Set(
    paths.map((path) =>
      path
        .filter((key) => key !== "*")
        .join(".")
        .toLowerCase(),
    ),
  );
}
