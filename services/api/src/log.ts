import type { FastifyBaseLogger } from "fastify";

/** What the parts of the service log with. */
export type Log = Pick<FastifyBaseLogger, "info" | "warn" | "error">;
