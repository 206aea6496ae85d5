/** What changed between old and new properties. */
import { isObject, type Properties, unknown } from "./protocol.ts";

/** Keys and list indexes from the resource down. */
export type Path = readonly (string | number)[];

/** A value that is not the same any more. */
export interface Change {
  readonly kind: "add" | "delete" | "update";
  /** The outermost property that was added, deleted or changed. */
  readonly path: Path;
  /** The innermost ones in it: what decides whether the resource can be changed in place. */
  readonly leaves: readonly Path[];
}

/**
 * @param isOrdered whether the order of a list of plain values matters; that of objects always does
 * @returns what changed; a new value that is unknown counts as changed
 */
export function changesBetween(
  before: Properties,
  after: Properties,
  isOrdered: (path: Path) => boolean,
): readonly Change[] {
  return compared(before, after, [], isOrdered);
}

function compared(
  before: unknown,
  after: unknown,
  path: Path,
  isOrdered: (path: Path) => boolean,
): readonly Change[] {
  const change = (kind: Change["kind"]) => [
    { kind, path, leaves: [...leaves(before, path), ...leaves(after, path)] },
  ];
  if (isAbsent(before)) return isAbsent(after) ? [] : change("add");
  if (isAbsent(after)) return change("delete");
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compared(before[key], after[key], [...path, key], isOrdered));
  }
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return before === after && after !== unknown ? [] : change("update");
  }
  if ([...before, ...after].every(isPlain)) {
    const same = isOrdered(path) ? isSameList(before, after) : isSameSet(before, after);
    return same && !after.includes(unknown) ? [] : change("update");
  }
  const indexes = [...(before.length > after.length ? before : after).keys()];
  return indexes.flatMap((index) => compared(before[index], after[index], [...path, index], isOrdered));
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isPlain(value: unknown): boolean {
  return !Array.isArray(value) && !isObject(value);
}

function isSameList(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((value, index) => value === after[index]);
}

function isSameSet(before: readonly unknown[], after: readonly unknown[]): boolean {
  const [old, now] = [new Set(before), new Set(after)];
  return old.size === now.size && [...old].every((value) => now.has(value));
}

/** Paths of all plain values in a value, and of what is empty. */
export function leaves(value: unknown, path: Path): readonly Path[] {
  if (isAbsent(value)) return [];
  const children: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  if (children.length === 0) return [path];
  return children.flatMap(([key, child]) => leaves(child, [...path, key]));
}

/** The keys of a path with dots between, list indexes dropped: how tables of properties name it. */
export function dotted(path: Path): string {
  return path.filter((key) => typeof key === "string").join(".");
}

/** As the engine writes it, for example `tags["kubernetes.io/role"]` or `ingress[0].fromPort`. */
export function written(path: Path): string {
  const keys = path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `["${key.replaceAll('"', '\\"')}"]`;
    return index === 0 ? key : `.${key}`;
  });
  return keys.join("");
}
