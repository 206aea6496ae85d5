/** The bare Fastify server: how it logs, validates and serialises. */
import Fastify, { type FastifyInstance, LogController } from "fastify";
import type { Config } from "../config.ts";
import { validatorCompiler } from "./validation.ts";

/**
 * Makes a server without routes.
 *
 * Its log lines are JSON, none for an ordinary request. A request is logged by its route, so that no value
 * of a path or query is; an error without the details in which a database quotes rows.
 */
export function createServer({ instance, logLevel }: Pick<Config, "instance" | "logLevel">): FastifyInstance {
  const server = Fastify({
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for every request would take a tenth of the throughput, for lines that are not written.
    childLoggerFactory: (logger) => logger,
    logger: {
      level: logLevel,
      base: { instance },
      serializers: {
        req: ({ method, routeOptions }) => ({ method, route: routeOptions?.url }),
        err: ({ name, message, code, stack }) => ({ type: name, message, code, stack: stack ?? "" }),
      },
    },
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  return server;
}
