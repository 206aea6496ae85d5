/** What Prometheus scrapes: the requests of this instance and its process. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from "prom-client";
import { durationBuckets } from "../../../../objectives.ts";

/** Counts every request from now on, and serves the registry at `/metrics`. */
export function addMetrics(server: FastifyInstance, registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "api_requests_total",
    help: "Requests answered, by route template",
    labelNames: ["method", "endpoint", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "api_request_duration_seconds",
    help: "Time from request to answer, by route template",
    labelNames: ["method", "endpoint"],
    buckets: durationBuckets(),
    registers: [registry],
  });
  new Gauge({
    name: "api_active_connections",
    help: "Client connections that are open",
    registers: [registry],
    async collect() {
      this.set(await connections(server));
    },
  });
  server.addHook("onResponse", (request, reply, done) => {
    const { method } = request;
    const endpoint = endpointOf(request);
    requests.inc({ method, endpoint, status: reply.statusCode });
    durations.observe({ method, endpoint }, reply.elapsedTime / 1000);
    done();
  });
  server.get("/metrics", { schema: { hide: true } }, async (_, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** The route template, never the path, so that the number of labels is bounded. */
function endpointOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? "unknown";
}

function connections({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
