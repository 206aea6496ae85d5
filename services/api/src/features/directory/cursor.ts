/** Cursors of keyset pagination: where the last page ended, opaque to clients. */

/** Writes the id of a page's last item as a cursor. */
export function encodeCursor(id: number): string {
  return Buffer.from(String(id)).toString("base64url");
}

/** Reads a cursor; nothing when it is none that `encodeCursor` wrote. */
export function decodeCursor(cursor: string): number | undefined {
  const id = Number(Buffer.from(cursor, "base64url").toString());
  return Number.isSafeInteger(id) && id >= 0 && encodeCursor(id) === cursor ? id : undefined;
}
