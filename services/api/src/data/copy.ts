/** Fast loading of many rows by PostgreSQL's COPY. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from } from "pg-copy-streams";

/** Text goes out in pieces of about this many characters: one by one, rows would cost a message each. */
const chunkLength = 65_536;

/** What a backslash, tab or line end is written as (PostgreSQL, COPY, text format). */
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/**
 * Appends rows to a table, taking them no faster than the server does.
 *
 * @param table its name
 * @param columns the columns that are given; the others get their defaults
 * @returns the number of rows written
 * @throws DatabaseError when the server refuses a row; then none is written
 */
export async function copyRows<Row extends object>(
  client: pg.Client,
  table: string,
  columns: readonly (keyof Row & string)[],
  rows: Iterable<Row>,
): Promise<number> {
  const stream = client.query(from(`copy ${table} (${columns.join(", ")}) from stdin`));
  await pipeline(Readable.from(encode(columns, rows)), stream);
  return stream.rowCount;
}

/** Writes rows in COPY's text format, many a piece. */
export function* encode<Row extends object>(
  columns: readonly (keyof Row)[],
  rows: Iterable<Row>,
): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    chunk += `${columns.map((column) => escaped(row[column])).join("\t")}\n`;
    if (chunk.length >= chunkLength) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

function escaped(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number") return `${value}`;
  return String(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}
