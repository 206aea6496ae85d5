import type { FastifyInstance } from "fastify";
import type { Parts } from "../../app.ts";
import { addCachedRoute } from "../../http/cached.ts";
import { findBusiness, listBusinesses } from "./repository.ts";
import { Business, BusinessFilter, BusinessPage, BusinessPath } from "./schema.ts";

/** Adds the directory of businesses. */
export function addDirectory(server: FastifyInstance, { cache, database }: Parts): void {
  addCachedRoute(server, cache, {
    url: "/v1/businesses",
    kind: "search",
    feature: "directory",
    summary: "Businesses that pass every filter, a page at a time",
    input: BusinessFilter,
    body: BusinessPage,
    missing: "There is no such page",
    load: (filter) => listBusinesses(database, filter),
  });
  addCachedRoute(server, cache, {
    url: "/v1/businesses/:id",
    kind: "business",
    feature: "directory",
    summary: "A business by its id",
    input: BusinessPath,
    body: Business,
    missing: "There is no business with this id",
    load: ({ id }) => findBusiness(database, id),
  });
}
