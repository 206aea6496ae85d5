/** The OpenAPI contract, made from the schemas that validate, and a page to read it. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";

/** Serves `/docs` and `/docs/json`; routes added after it are in the contract. */
export async function addDocs(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Keelson API",
        version: "1.0.0",
        description: "A directory of businesses, and what Medicare pays for a procedure where it is done",
      },
    },
  });
  await server.register(swaggerUi, {
    routePrefix: "/docs",
    theme: {
      title: "Keelson API",
      css: [{ filename: "theme.css", content: ".swagger-ui .topbar { display: none }" }],
    },
  });
}
