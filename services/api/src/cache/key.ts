import type { Kind } from "./policies.ts";

/** Raised when the shape of any cached answer changes, so that no instance reads another's shape. */
const schemaVersion = 1;

/**
 * The key of an answer. The same fields in any order give the same key; fields left out give none.
 *
 * @param resource what is asked, for example the route `/v1/businesses/:id`
 * @param fields what was asked of it, validated and with defaults filled in
 * @returns for example `keelson:1:business:/v1/businesses/:id?id=7`
 */
export function cacheKey(kind: Kind, resource: string, fields: Readonly<Record<string, unknown>>): string {
  const query = Object.keys(fields)
    .filter((name) => fields[name] !== undefined)
    .sort()
    .map((name) => `${name}=${encodeURIComponent(String(fields[name]))}`)
    .join("&");
  return `keelson:${schemaVersion}:${kind}:${resource}?${query}`;
}
