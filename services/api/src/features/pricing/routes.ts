import type { FastifyInstance } from "fastify";
import type { Parts } from "../../app.ts";
import { addCachedRoute } from "../../http/cached.ts";
import { findPrice } from "./repository.ts";
import { PricedCode, PriceQuery } from "./schema.ts";

/** Adds the prices of procedures. */
export function addPricing(server: FastifyInstance, { cache, database }: Parts): void {
  addCachedRoute(server, cache, {
    url: "/codes/price",
    kind: "pricing",
    feature: "pricing",
    summary: "What Medicare pays for a procedure in the locality of a ZIP code",
    input: PriceQuery,
    body: PricedCode,
    missing: "The code or the ZIP code is unknown in this year",
    load: (query) => findPrice(database, query),
  });
}
