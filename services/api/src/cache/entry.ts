/** A cached answer: the bytes that are sent, ready for every encoding a client accepts. */
import { hash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** The content codings an answer comes in, best first. */
export const encodings = ["br", "gzip", "identity"] as const;
export type Encoding = (typeof encodings)[number];

/** An answer as sent: its bytes in one content coding, and the entity tag of exactly these bytes. */
export interface Representation {
  readonly encoding: Encoding;
  readonly body: Buffer;
  /** Strong, with its quotes. */
  readonly etag: string;
}

/** Below this, in bytes, an answer fits one packet and compressing it saves nothing. */
const compressFrom = 1024;

/** Brotli's quality for answers that are compressed while a client waits: denser than gzip, about as fast. */
const brotliQuality = 4;

/** What an entry takes beside its bytes and those of its key, in bytes, as measured. */
const overhead = 768;

/** An answer with its lifetime. Compressed forms are made when first asked for, then kept. */
export class Entry {
  /** The HTTP status: 200, or 404 for an answer that says there is none. */
  readonly status: number;
  /** When the answer may no longer be given, in ms since the epoch. */
  readonly expires: number;
  /** Tells the answer from any other: a digest of its bytes, without quotes. */
  readonly tag: string;
  readonly #identity: Representation;
  #compressed: Map<Encoding, Representation> | undefined;

  /** @param body copied, so that what it is a part of can go */
  constructor(status: number, body: Buffer, expires: number) {
    this.status = status;
    this.expires = expires;
    this.tag = tagOf(body);
    this.#identity = { encoding: "identity", body: detached(body), etag: `"${this.tag}"` };
  }

  /** The answer as it is, not compressed. */
  get body(): Buffer {
    return this.#identity.body;
  }

  /** Memory the entry may take, in bytes: its body once as it is, and once for all compressed forms. */
  get size(): number {
    return overhead + this.body.length * (this.#compressible ? 2 : 1);
  }

  /** The answer in a content coding, or in identity when it is too small to compress. */
  as(encoding: Encoding): Representation {
    if (encoding === "identity" || !this.#compressible) return this.#identity;
    this.#compressed ??= new Map();
    let made = this.#compressed.get(encoding);
    if (!made) {
      // Strong tags tell codings apart (RFC 9110, 8.8.3.3).
      made = { encoding, body: compress(encoding, this.body), etag: `"${this.tag}-${encoding}"` };
      this.#compressed.set(encoding, made);
    }
    return made;
  }

  get #compressible(): boolean {
    return this.body.length >= compressFrom;
  }
}

/** The first 16 bytes of a body's SHA-256, as 22 characters. */
export function tagOf(body: Buffer): string {
  return hash("sha256", body, "buffer").toString("base64url", 0, 16);
}

/** Small buffers are views of a shared one of 64 KB, which any of them keeps in memory; this one is alone. */
function detached(bytes: Buffer): Buffer {
  const alone = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(alone);
  return alone;
}

function compress(encoding: "br" | "gzip", body: Buffer): Buffer {
  return detached(encoding === "gzip" ? gzipSync(body) : brotli(body));
}

function brotli(body: Buffer): Buffer {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  return brotliCompressSync(body, { params });
}
