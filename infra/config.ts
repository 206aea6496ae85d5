/** A stack's configuration as the engine hands it over. */

/**
 * The keys of one namespace, without it. Those of others are left to their providers.
 *
 * @param config values as YAML gave them, or as JSON text as the engine hands them over
 */
export function keysIn(
  namespace: string,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const prefix = `${namespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), parsed(value)]));
}

/** Text of twelve digits stays text, as it is an account, which may begin with a zero. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || /^\d{12}$/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
