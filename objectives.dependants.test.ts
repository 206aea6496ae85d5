/** Changes objectives, and sees that what depends on them moves. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Objectives = typeof import("./objectives.ts");

/** Loads a module anew over objectives in which some values are other ones, by path: `{ "cache.memory.ttl": 60 }`. */
async function withObjectives<M>(values: Record<string, number>, load: () => Promise<M>): Promise<M> {
  vi.doMock("./objectives.ts", async (original) => {
    const changed = structuredCloneOf(await original<Objectives>());
    for (const [path, value] of Object.entries(values)) assign(changed, path, value);
    return changed;
  });
  return load();
}

/** Figures are copied, functions kept. */
function structuredCloneOf(objectives: Objectives): Record<string, unknown> {
  const entries = Object.entries(objectives);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "function" ? value : structuredClone(value)]),
  );
}

function assign(objectives: Record<string, unknown>, path: string, value: number): void {
  const figure = path.split(".").reduce((node, key) => node[key] as Record<string, unknown>, objectives);
  if (typeof figure.value !== "number") throw new Error(`${path} is no figure`);
  figure.value = value;
}

beforeEach(() => vi.resetModules());
afterEach(() => vi.doUnmock("./objectives.ts"));

test("cache lifetimes", async () => {
  const load = () => import("./services/api/src/cache/policies.ts");
  const { policies } = await load();
  expect(policies.pricing).toMatchObject({ total: 900, memory: 300 });
  expect(policies.reference.total).toBe(300);
  vi.resetModules();
  const changes = { "cache.ttl.pricing": 700, "cache.memory.ttl": 60, "cache.referenceStaleness": 120 };
  const moved = (await withObjectives(changes, load)).policies;
  expect(moved.pricing).toMatchObject({ total: 700, memory: 60 });
  expect(moved.reference.total).toBe(120);
});

test("the health checks of the edge", async () => {
  const load = () => import("./infra/local/edge.ts");
  const args = { port: 1, metricsPort: 2, instances: ["127.0.0.1:3"] };
  expect((await load()).configuration(args)).toMatch(/timeout server 1000ms\n {2}timeout check 325ms/);
  vi.resetModules();
  const { configuration } = await withObjectives({ "edge.failureDetection": 2000 }, load);
  expect(configuration(args)).toMatch(/timeout server 2000ms\n {2}timeout check 825ms/);
});

test("the number of instances, and its default in the settings", async () => {
  const load = () => import("./infra/settings.ts");
  const { readSettings } = await withObjectives(
    { "scaling.instances.min": 4, "scaling.instances.max": 60 },
    load,
  );
  expect(readSettings("local", { "keelson:environment": "local" })).toMatchObject({ instances: 4 });
  expect(
    readSettings("prod", { "keelson:environment": "prod", "keelson:account": "111122223333" }),
  ).toMatchObject({
    instances: { min: 4, max: 60 },
  });
});

test("the database's slow queries, and the share of its connections that clients may have", async () => {
  const load = async () => ({
    ...(await import("./infra/cloud/aurora-parameters.ts")),
    ...(await import("./infra/cloud/aurora-capacity.ts")),
  });
  const slow = ({ clusterParameters }: Awaited<ReturnType<typeof load>>) =>
    clusterParameters(false).find(({ name }) => name === "log_min_duration_statement")?.value;
  const before = await load();
  expect([slow(before), before.clientShare(false)]).toEqual(["100", 80]);
  vi.resetModules();
  const changes = { "resources.slowQuery": 50, "resources.databasePool.used": 70 };
  const moved = await withObjectives(changes, load);
  expect([slow(moved), moved.clientShare(false)]).toEqual(["50", 70]);
});

test("the connections of a pool", async () => {
  const pool = async () => {
    const { PostgresDatabase } = await import("./services/api/src/database/postgres.ts");
    const { Registry } = await import("prom-client");
    const registry = new Registry();
    const login = { writer: { host: "127.0.0.1", port: 1 }, readers: [], name: "", user: "", password: "" };
    new PostgresDatabase(login, registry, { info() {}, warn() {}, error() {} });
    return registry.getSingleMetricAsString("api_database_connections_max");
  };
  expect(await pool()).toContain('{pool="writer"} 10');
  vi.resetModules();
  expect(await withObjectives({ "cache.hitRatio": 95 }, pool)).toContain('{pool="writer"} 5');
});

test("the thresholds of the load test", async () => {
  vi.doMock("k6", () => ({ check: () => true }));
  vi.doMock("k6/http", () => ({ default: {} }));
  vi.stubGlobal("__ENV", {});
  const load = () => import("./loadtests/steady.ts");
  expect((await load()).options.thresholds?.http_req_duration).toEqual(["p(95)<=25"]);
  vi.resetModules();
  const { options } = await withObjectives({ "latency.overall.p95": 40 }, load);
  expect(options.thresholds?.http_req_duration).toEqual(["p(95)<=40"]);
  vi.unstubAllGlobals();
});
