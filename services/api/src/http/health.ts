/** What load balancers and people ask: is it alive, is it ready, how are its parts. */
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Cache } from "../cache/cache.ts";
import type { Database } from "../database/database.ts";

/** What health is told of. */
export interface HealthParts {
  readonly instance: string;
  readonly database: Database;
  readonly cache: Cache;
  /** Aborted once the instance was told to stop. */
  readonly draining: AbortSignal;
}

const Part = Type.Object({
  name: Type.String({ examples: ["reader-1"] }),
  state: Type.Enum(["up", "down"]),
  latencyMs: Type.Number({ description: "How long the part took to answer, in ms" }),
});

const Health = Type.Object(
  {
    state: Type.Enum(["up", "degraded", "down"]),
    instance: Type.String(),
    parts: Type.Array(Part),
  },
  {
    description: "The instance and its parts: degraded while it answers with a part down",
    examples: [{ state: "up", instance: "api-1", parts: [{ name: "writer", state: "up", latencyMs: 0.8 }] }],
  },
);

const Probe = Type.Object(
  { state: Type.Enum(["up", "starting", "draining"]) },
  { description: "The state of the instance", examples: [{ state: "up" }] },
);

/** Adds `/health`, `/health/live` and `/health/ready`. */
export function addHealth(
  server: FastifyInstance,
  { instance, database, cache, draining }: HealthParts,
): void {
  // An instance that has read once stays ready: its cache serves on without the database, and no
  // instance would be left if all of them turned unready over a server they share.
  let hasRead = false;

  server.addHook("onRequest", (_, reply, done) => {
    if (draining.aborted) reply.header("connection", "close");
    done();
  });

  server.get("/health", docs("How the instance and its parts are", Health), async (_, reply) => {
    const [servers, layers] = await Promise.all([database.health(), cache.health()]);
    const parts = [...servers, ...layers];
    const state = !servers.some(isUp) ? "down" : parts.every(isUp) ? "up" : "degraded";
    const answer: Static<typeof Health> = { state, instance, parts };
    return reply
      .code(state === "down" ? 503 : 200)
      .header("cache-control", "no-store")
      .send(answer);
  });

  server.get("/health/live", docs("Whether the process answers", Probe), (_, reply) => {
    reply.header("cache-control", "no-store").send({ state: "up" });
  });

  server.get("/health/ready", docs("Whether to send it requests", Probe), async (_, reply) => {
    hasRead ||= (await database.health()).some(isUp);
    const state = draining.aborted ? "draining" : hasRead ? "up" : "starting";
    return reply
      .code(state === "up" ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ state });
  });
}

function isUp({ state }: { readonly state: string }): boolean {
  return state === "up";
}

function docs<S extends typeof Health | typeof Probe>(summary: string, schema: S) {
  return { schema: { summary, tags: ["health"], response: { 200: schema, 503: schema } } };
}
