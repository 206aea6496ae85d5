import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const nowhere = "127.0.0.1:1";
let service: ChildProcess;
let url: string;
let output: string;

beforeEach(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  output = "";
  service = spawn(process.execPath, [new URL("main.ts", import.meta.url).pathname], {
    env: {
      PORT: String(port),
      INSTANCE: "api-1",
      DATABASE_WRITER: nowhere,
      DATABASE_READERS: nowhere,
      DATABASE_NAME: "keelson",
      DATABASE_USER: "api",
      DATABASE_PASSWORD: "hush-database",
      REDIS_NODES: nowhere,
      REDIS_PASSWORD: "hush-redis",
      DRAIN_SECONDS: "0.5",
    },
  });
  for (const stream of [service.stdout, service.stderr]) stream?.on("data", (chunk) => (output += chunk));
  await vi.waitFor(async () => expect((await fetch(`${url}/health/live`)).status).toBe(200), 10_000);
}, 15_000);

afterEach(() => {
  service.kill("SIGKILL");
});

test("without Redis and PostgreSQL it starts, and is not ready", async () => {
  expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${url}/health`)).status).toBe(503);
  expect((await fetch(`${url}/v1/businesses/1`)).status).toBe(503);
});

test("its log is JSON, with neither secrets nor what was asked", async () => {
  expect((await fetch(`${url}/v1/businesses?city=Sesame`)).status).toBe(503);
  await vi.waitFor(() => expect(output).toContain("A database server does not answer"));
  for (const line of output.trim().split("\n")) expect(JSON.parse(line).instance).toBe("api-1");
  expect(output).not.toMatch(/hush|Sesame/);
});

test("told to stop, it serves on until its drain is over, then ends well", async () => {
  const exit = once(service, "exit");
  service.kill("SIGTERM");
  await vi.waitFor(async () => {
    const ready = await fetch(`${url}/health/ready`);
    expect(await ready.json()).toEqual({ state: "draining" });
  });
  const live = await fetch(`${url}/health/live`);
  expect(live.status).toBe(200);
  expect(live.headers.get("connection")).toBe("close");
  expect(await exit).toEqual([0, null]);
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
});

test("told twice, it ends at once", async () => {
  const exit = once(service, "exit");
  service.kill("SIGTERM");
  await sleep(100);
  const start = Date.now();
  service.kill("SIGTERM");
  expect(await exit).toEqual([1, null]);
  expect(Date.now() - start).toBeLessThan(300);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || address === null) throw new Error("No port");
  return address.port;
}
