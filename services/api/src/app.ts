/** The application: everything that is served, on a server that `inject` or a socket drives. */
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { addDirectory } from "./features/directory/routes.ts";
import { addPricing } from "./features/pricing/routes.ts";
import { addReference } from "./features/reference/routes.ts";
import { addDocs } from "./http/docs.ts";
import { addHealth, type HealthParts } from "./http/health.ts";
import { addMetrics } from "./http/metrics.ts";
import { addProblems } from "./http/problem.ts";

/** What the application is made of. */
export interface Parts extends HealthParts {
  readonly registry: Registry;
}

/** Adds the application to a server. */
export async function addApp(server: FastifyInstance, parts: Parts): Promise<void> {
  addProblems(server);
  addMetrics(server, parts.registry);
  await addDocs(server);
  addDirectory(server, parts);
  addReference(server, parts);
  addPricing(server, parts);
  addHealth(server, parts);
}
