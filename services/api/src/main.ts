/** Boots the service, and ends it on SIGTERM or SIGINT. */
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { addApp } from "./app.ts";
import { Cache } from "./cache/cache.ts";
import { MemoryLayer } from "./cache/memory.ts";
import { RedisLayer } from "./cache/redis.ts";
import { readConfig } from "./config.ts";
import { PostgresDatabase } from "./database/postgres.ts";
import { createServer } from "./http/server.ts";

/** How long requests in flight and connections have to end after draining, in ms. */
const closeMs = 10_000;

const config = readConfig(process.env);
const { instance } = config;
const server = createServer(config);
const registry = new Registry();
const database = new PostgresDatabase(config.database, registry, server.log);
const memory = new MemoryLayer(config.cacheMemoryMb * 1e6);
const cache = new Cache(memory, new RedisLayer(config.redis, server.log), registry);
const stop = new AbortController();

await addApp(server, { instance, database, cache, registry, draining: stop.signal });
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, shutDown);
await server.listen({ host: config.host, port: config.port });

/** Turns unready, serves on until the load balancer has seen it, then ends; at once when told again. */
async function shutDown(): Promise<void> {
  if (stop.signal.aborted) process.exit(1);
  stop.abort();
  server.log.info(`Draining for ${config.drainSeconds} s`);
  await sleep(config.drainSeconds * 1000);
  setTimeout(() => process.exit(1), closeMs).unref();
  await server.close();
  await Promise.all([cache.close(), database.close()]);
  process.exit(0);
}
