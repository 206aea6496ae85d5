/** Where a server listens, as the environment names it: `host:port`. */

/** A server's address. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What an address looks like, for patterns of schemas. */
export const addressPattern = "[^:,\\s]+:\\d{1,5}";

/** Reads an address that `addressPattern` has passed. */
export function toAddress(text: string): Address {
  const [host = "", port] = text.split(":");
  return { host, port: Number(port) };
}
