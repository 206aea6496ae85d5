/** Drives the real engine through the life of stack `local`. The tests follow one another on one platform. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { identify, isRunning } from "../infra/local/provider/daemon.ts";
import { takenPorts } from "../infra/local/provider/ports.ts";
import { consecutive } from "../infra/local/settings.ts";
import { edge } from "../objectives.ts";
import { repository } from "../tools/setup/node.mjs";
import { underLoad } from "./steady-load.ts";
import { openTestStack, type TestStack } from "./test-stack.ts";

const businessUrl = (index: number) => `${url}/v1/businesses/${1 + ((index * index) % 997)}`;

let platform: TestStack;
let ports: TestStack["stack"]["settings"]["ports"];
let url: string;

beforeAll(async () => {
  platform = await openTestStack({ businesses: 2000 });
  ({ ports } = platform.stack.settings);
  url = `http://127.0.0.1:${ports.edge}`;
});

afterAll(() => platform.remove());

function pidOf(process: string): number {
  return JSON.parse(readFileSync(join(platform.dataFolder, process, "process.json"), "utf8")).pid;
}

function processes(): string[] {
  return readdirSync(platform.dataFolder).filter((name) =>
    existsSync(join(platform.dataFolder, name, "process.json")),
  );
}

async function answer(path: string) {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: await response.json() };
}

test("an occupied port is refused by its setting, and nothing is started", async () => {
  const other = createServer().listen(ports.prometheus, "127.0.0.1");
  await once(other, "listening");
  try {
    const failed = platform.engine("up", "--yes");
    await expect(failed).rejects.toThrow(`port ${ports.prometheus} is taken by another process`);
    await expect(failed).rejects.toThrow("set keelson:ports.prometheus to a free port");
    expect(processes()).toEqual([]);
  } finally {
    other.close();
  }
});

test("killed in the middle of `up`, then interrupted in the next, the one after completes", async () => {
  await endUpWhen(() => processes().includes("postgres-primary"), "SIGKILL");
  await expect.poll(plugins, { timeout: 5000 }).toEqual([]);
  await endUpWhen(() => processes().includes("api-1"), "SIGINT");
  await platform.engine("up", "--yes", "--refresh");
});

/** Ids of the processes that serve this repository's provider; known on Linux only. */
function plugins(): string[] {
  return globSync("/proc/[0-9]*").filter((folder) => {
    try {
      const command = readFileSync(join(folder, "cmdline"), "utf8");
      return command.includes(join(repository, "infra/local/provider/main.ts"));
    } catch {
      return false;
    }
  });
}

/** Starts `up` as a terminal would, through what every command uses, and ends it by a signal. */
async function endUpWhen(reached: () => boolean, signal: NodeJS.Signals): Promise<void> {
  const script = `
    import { openLocalStack, runEngine } from "./tools/local-stack.ts";
    const stack = await openLocalStack(${JSON.stringify(platform.settingsFile)}, process.env);
    process.exitCode = await runEngine(stack, ["up", "--yes", "--skip-preview"]);`;
  const engine = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: repository,
    env: platform.stack.environment,
    detached: true,
    stdio: "ignore",
  });
  const ended = once(engine, "exit");
  while (!reached()) {
    expect(engine.exitCode, "ended by itself").toBeNull();
    await sleep(20);
  }
  process.kill(-(engine.pid as number), signal);
  expect(await ended).not.toEqual([0, null]);
}

test("up brings the platform, reached through the edge", async () => {
  expect(await answer("/v1/businesses?limit=2")).toMatchObject({ status: 200, body: { items: [{}, {}] } });
  expect(await answer("/reference/localities?zip=90210")).toMatchObject({ status: 200 });
  expect((await answer("/v1/businesses/999999999")).status).toBe(404);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
});

test("the edge caches what it may, each encoding apart, and answers 304 to whoever has it", async () => {
  const ask = (headers: Record<string, string>) => fetch(`${url}/v1/businesses?limit=100`, { headers });
  const bodies = new Set<string>();
  for (const encoding of ["br", "gzip", "identity"]) {
    await (await ask({ "accept-encoding": encoding })).text();
    const cached = await ask({ "accept-encoding": encoding });
    expect(cached.headers.get("x-cache"), encoding).toBe("HIT");
    expect(cached.headers.get("content-encoding") ?? "identity").toBe(encoding);
    const held = { "accept-encoding": encoding, "if-none-match": cached.headers.get("etag") ?? "none" };
    expect((await ask(held)).status).toBe(304);
    bodies.add(await cached.text());
  }
  expect(bodies.size).toBe(1);
  const health = [await fetch(`${url}/health/live`), await fetch(`${url}/health/live`)];
  expect(health.map(({ headers }) => headers.get("x-cache"))).toEqual(["MISS", "MISS"]);
});

test("Prometheus scrapes every instance and the edge", async () => {
  const { prometheusUrl } = await platform.outputs();
  await expect
    .poll(
      async () => {
        const response = await fetch(`${prometheusUrl}/api/v1/query?query=sum(up)`);
        const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
        return data.result[0]?.value[1];
      },
      { timeout: 20_000 },
    )
    .toBe("4");
});

test("a second up changes nothing, and the state holds no secret in the clear", async () => {
  await platform.engine("up", "--yes", "--refresh", "--expect-no-changes");
  const { connections } = await platform.outputs();
  const state = readFileSync(join(platform.dataFolder, "state/.pulumi/stacks/keelson/local.json"), "utf8");
  for (const secret of [connections.api.REDIS_PASSWORD, connections.api.DATABASE_PASSWORD]) {
    expect(secret).toMatch(/^[\w-]{32}$/);
    expect(state).not.toContain(secret);
  }
});

test("what was killed is healed by refresh and up", async () => {
  const victims = ["api-2", `redis-${ports.redis}`, "postgres-replica-1"];
  const before = victims.map(pidOf);
  for (const pid of before) process.kill(pid, "SIGKILL");
  expect(await platform.engine("refresh", "--yes", "--skip-preview")).toMatch(/- 3 deleted/);
  expect(await platform.engine("up", "--yes", "--skip-preview")).toMatch(/\+ 3 created/);
  for (const [index, victim] of victims.entries()) expect(pidOf(victim)).not.toBe(before[index]);
  await platform.engine("up", "--yes", "--refresh", "--expect-no-changes");
});

test("an instance killed under load fails no request at the edge", async () => {
  const { requests, failures } = await underLoad(300, businessUrl, async () => {
    await sleep(1000);
    process.kill(pidOf("api-3"), "SIGKILL");
    await sleep(3000);
  });
  expect(requests).toBeGreaterThan(1000);
  expect(failures).toEqual([]);
  await platform.engine("up", "--yes", "--refresh", "--skip-preview");
});

test("a frozen instance is noticed within the promise and fails no request", async () => {
  const frozen = pidOf("api-1");
  const { value, failures } = await underLoad(300, businessUrl, async () => {
    await sleep(500);
    process.kill(frozen, "SIGSTOP");
    try {
      return await secondsUntilDown("api-1");
    } finally {
      process.kill(frozen, "SIGCONT");
    }
  });
  expect(failures).toEqual([]);
  // The metrics are polled, so a little on top of the promise itself.
  expect(value).toBeLessThan(edge.failureDetection.value / 1000 + 0.3);
});

async function secondsUntilDown(server: string): Promise<number> {
  const start = Date.now();
  const down = new RegExp(`^haproxy_server_status\\{proxy="api",server="${server}",state="DOWN"\\} 1$`, "m");
  while (Date.now() - start < 10_000) {
    const metrics = await fetch(`http://127.0.0.1:${ports.edgeMetrics}/metrics`);
    if (down.test(await metrics.text())) return (Date.now() - start) / 1000;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}

test("a change restarts what it concerns, one instance at a time, and fails no request", async () => {
  const names = processes();
  const before = new Map(names.map((name) => [name, pidOf(name)]));
  await platform.change({ cacheMemory: 48 });
  const { failures } = await underLoad(300, businessUrl, () =>
    platform.engine("up", "--yes", "--skip-preview"),
  );
  expect(failures).toEqual([]);
  const restarted = names.filter((name) => pidOf(name) !== before.get(name));
  expect(restarted).toEqual(["api-1", "api-2", "api-3"]);
});

test("down ends every process and frees every port; the data survives", async () => {
  const identities = processes().map((name) => identify(pidOf(name)));
  expect(identities).toHaveLength(14);
  await platform.engine("destroy", "--yes", "--skip-preview");
  expect(identities.filter((identity) => identity && isRunning(identity))).toEqual([]);
  const redis = consecutive(ports.redis, 6);
  const all = [
    ...[ports.edge, ports.edgeMetrics, ports.prometheus],
    ...consecutive(ports.api, 3),
    ...redis,
    ...redis.map((port) => port + 10_000),
    ...consecutive(ports.postgres, 3),
  ];
  expect(await takenPorts(all)).toEqual([]);
  expect(existsSync(join(platform.dataFolder, "postgres-primary/data/PG_VERSION"))).toBe(true);
});

test("up again after down finds its data, with new passwords", async () => {
  const output = await platform.engine("up", "--yes");
  expect(output).toContain("already loaded");
  expect((await answer("/v1/businesses/1")).status).toBe(200);
});
