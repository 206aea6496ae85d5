/** Sends a cached answer as the client accepts it: encoding, validator and lifetimes. */
import { Negotiator } from "@fastify/accept-negotiator";
import type { FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { type Encoding, type Entry, encodings } from "../cache/entry.ts";
import { type Kind, policies } from "../cache/policies.ts";
import { problemType } from "./problem.ts";

/** Browsers send few different headers; what each accepts is worked out once. */
const negotiator = new Negotiator({
  supportedValues: [...encodings],
  cache: new LRUCache<string, string>({ max: 100 }),
});

/** Sends an entry, or 304 when the client holds it already. */
export function sendEntry(
  request: FastifyRequest,
  reply: FastifyReply,
  kind: Kind,
  entry: Entry,
): FastifyReply {
  const { body, etag, encoding } = entry.as(accepted(request.headers["accept-encoding"]));
  reply.headers({ etag, vary: "Accept-Encoding", "cache-control": cacheControl(kind, entry, Date.now()) });
  if (entry.status === 200 && holds(request.headers["if-none-match"], etag)) return reply.code(304).send();
  if (encoding !== "identity") reply.header("content-encoding", encoding);
  reply.type(entry.status === 200 ? "application/json; charset=utf-8" : problemType);
  return reply.code(entry.status).send(body);
}

/**
 * The lifetimes for browsers and edges: those of the kind's policy, or what is left of the entry's own.
 *
 * @param now in ms since the epoch
 */
export function cacheControl(kind: Kind, { status, expires }: Entry, now: number): string {
  const { shared } = policies[kind];
  if (shared && status === 200) return `public, max-age=${shared.browser}, s-maxage=${shared.edge}`;
  return `public, max-age=${Math.max(0, Math.floor((expires - now) / 1000))}`;
}

function accepted(header: string | string[] | undefined): Encoding {
  const chosen = typeof header === "string" ? (negotiator.negotiate(header) as Encoding | null) : null;
  return chosen ?? "identity";
}

/** Compares as If-None-Match does: weakly, so that a tag a proxy weakened still matches (RFC 9110, 13.1.2). */
function holds(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header === "*" || header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
