/** Values as the engine sends them, and as the stand-ins see them. */
import protobuf, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** Properties of a resource, as plain values: no secret wrappers, no outputs. */
export type Properties = Readonly<Record<string, unknown>>;

/** Stands, in a preview, for a value that only the update will know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * What the engine sends for unknown texts, truth values, numbers, lists, assets, archives and objects
 * (sdk/go/common/resource/plugin/rpc.go of github.com/pulumi/pulumi).
 */
const unknowns = new Set<unknown>([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** @returns the message's properties, every kind of unknown as `unknown`, without those that are null */
export function fromStruct(struct: Struct | undefined): Properties {
  return (struct ? plain(struct.toJavaScript()) : {}) as Properties;
}

function plain(value: unknown): unknown {
  if (unknowns.has(value)) return unknown;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return mapped(value, plain);
}

/** @param properties those that are undefined are left out */
export function toStruct(properties: Properties): Struct {
  return protobuf.Struct.fromJavaScript(mapped(properties, defined) as never);
}

function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => defined(each) ?? null);
  return isObject(value) ? mapped(value, defined) : value;
}

function mapped(object: Properties, change: (value: unknown) => unknown): Properties {
  const entries = Object.entries(object).map(([key, value]) => [key, change(value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null));
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) ? Object.values(value).some(hasUnknown) : value === unknown;
}

/** @returns the known ones; a list of which an element is unknown is left out, for its length may be as well */
export function known(properties: Properties): Properties {
  return mapped(properties, knownPart);
}

function knownPart(value: unknown): unknown {
  if (value === unknown) return undefined;
  if (Array.isArray(value)) return value.includes(unknown) ? undefined : value.map(knownPart);
  return isObject(value) ? mapped(value, knownPart) : value;
}
