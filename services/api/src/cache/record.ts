/**
 * How an entry lies in a layer outside the process: a mark of format and version (4 bytes), the expiry in
 * ms since the epoch (8, unsigned), the status (2), the body's tag (22), then the body itself.
 */
import { Entry } from "./entry.ts";

const mark = Buffer.from("KLN1");
const at = { expires: 4, status: 12, tag: 14, body: 36 } as const;

/** Writes an entry as bytes. */
export function encodeRecord(entry: Entry): Buffer {
  const head = Buffer.alloc(at.body);
  mark.copy(head);
  head.writeBigUInt64BE(BigInt(entry.expires), at.expires);
  head.writeUInt16BE(entry.status, at.status);
  head.write(entry.tag, at.tag, "latin1");
  return Buffer.concat([head, entry.body]);
}

/** Reads an entry back; nothing when the bytes are no whole record of this version. */
export function decodeRecord(bytes: Buffer): Entry | undefined {
  if (bytes.length < at.body || !bytes.subarray(0, mark.length).equals(mark)) return undefined;
  const expires = Number(bytes.readBigUInt64BE(at.expires));
  const entry = new Entry(bytes.readUInt16BE(at.status), bytes.subarray(at.body), expires);
  return entry.tag === bytes.toString("latin1", at.tag, at.body) ? entry : undefined;
}
