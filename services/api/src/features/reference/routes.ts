import type { FastifyInstance } from "fastify";
import type { Parts } from "../../app.ts";
import { addCachedRoute } from "../../http/cached.ts";
import { findLocality } from "./repository.ts";
import { Locality, LocalityQuery } from "./schema.ts";

/** Adds the reference data. */
export function addReference(server: FastifyInstance, { cache, database }: Parts): void {
  addCachedRoute(server, cache, {
    url: "/reference/localities",
    kind: "reference",
    feature: "reference",
    summary: "The Medicare payment locality of a ZIP code",
    input: LocalityQuery,
    body: Locality,
    missing: "This ZIP code has no payment locality",
    load: ({ zip }) => findLocality(database, zip),
  });
}
