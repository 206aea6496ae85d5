import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identify, isRunning, stop } from "./daemon.ts";
import { unknownValue } from "./kind.ts";
import { processKind } from "./process.ts";

type Inputs = Parameters<typeof processKind.create>[0];

let parent: string;
let folder: string;
let port: number;
const context = { signal: new AbortController().signal, progress: () => {} };

/** Serves what its file says at start, reads it again on SIGHUP, and tells how often it was started. */
const server = `
const { appendFileSync, readFileSync } = require("node:fs");
appendFileSync("starts", "x");
let text = readFileSync("config", "utf8");
process.on("SIGHUP", () => { text = readFileSync("config", "utf8"); });
require("node:http").createServer((_, reply) => reply.end(text)).listen(Number(process.env.PORT), "127.0.0.1");
`;

function inputs(changes: Partial<Inputs> = {}): Inputs {
  return {
    folder,
    command: [process.execPath, "-e", server],
    environment: { PORT: `${port}` },
    files: { config: "one" },
    ports: { "keelson:ports.test": [port] },
    ready: { url: `http://127.0.0.1:${port}` },
    readySeconds: 10,
    stopSignal: "SIGTERM",
    stopSeconds: 5,
    ...changes,
  };
}

const served = async () => (await fetch(`http://127.0.0.1:${port}`)).text();
const starts = () => readFileSync(join(folder, "starts"), "utf8").length;

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), "keelson-process-"));
  folder = join(parent, "server");
  port = await freePort();
});

afterEach(async () => {
  await processKind.delete({ ...inputs(), pid: 0 });
  rmSync(parent, { recursive: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
}

test("it is ready once created, and gone once deleted; its folder stays", async () => {
  const { outputs } = await processKind.create(inputs(), context);
  expect(await served()).toBe("one");
  const state = { ...inputs(), ...outputs };
  expect(await processKind.isThere(state)).toBe(true);
  await processKind.delete(state);
  expect(await processKind.isThere(state)).toBe(false);
  expect(identify(outputs.pid)).toBeUndefined();
  expect(existsSync(join(folder, "config"))).toBe(true);
});

test("what runs already is adopted, unless it was started otherwise", async () => {
  const first = await processKind.create(inputs(), context);
  const second = await processKind.create(inputs(), context);
  expect(second.outputs.pid).toBe(first.outputs.pid);
  const third = await processKind.create(inputs({ files: { config: "two" } }), context);
  expect(third.outputs.pid).not.toBe(first.outputs.pid);
  expect(await served()).toBe("two");
  expect(starts()).toBe(2);
});

test("a changed file is told by the reload signal; without one, or with another change, it restarts", async () => {
  const reloading = inputs({ reloadSignal: "SIGHUP" });
  const { outputs } = await processKind.create(reloading, context);
  const changed = { ...reloading, files: { config: "two" } };
  expect(await processKind.update({ ...reloading, ...outputs }, changed, context)).toEqual(outputs);
  await expect.poll(served).toBe("two");
  const restarted = await processKind.update(
    { ...changed, ...outputs },
    inputs({ files: { config: "3" } }),
    context,
  );
  expect(restarted.pid).not.toBe(outputs.pid);
  expect(await served()).toBe("3");
});

test("one that was killed is seen as gone", async () => {
  const { outputs } = await processKind.create(inputs(), context);
  const identity = identify(outputs.pid);
  if (!identity) throw new Error("not running");
  await stop(identity, "SIGKILL", 5);
  expect(await processKind.isThere({ ...inputs(), ...outputs })).toBe(false);
});

test("one that ends before it is ready is an error with the end of its log, and leaves nothing", async () => {
  const failing = inputs({
    command: [process.execPath, "-e", "console.error('no such table'); process.exit(3)"],
  });
  await expect(processKind.create(failing, context)).rejects.toThrow(
    /ended before it was ready.*no such table/s,
  );
  expect(existsSync(join(folder, "process.json"))).toBe(false);
});

test("one that is not ready in time is stopped", async () => {
  const silent = inputs({
    command: [process.execPath, "-e", "setInterval(() => {}, 1000)"],
    readySeconds: 0.5,
  });
  await expect(processKind.create(silent, context)).rejects.toThrow("not ready after 0.5 s");
  expect(await processKind.isThere({ ...silent, pid: 0 })).toBe(false);
});

test("a folder is prepared once, and never taken when half made", async () => {
  const make = (script: string) => ({ folder: "data", command: ["/bin/sh", "-c", script, "sh", "{}"] });
  const failing = inputs({ prepare: make("mkdir $1; echo disk full >&2; exit 1") });
  await expect(processKind.create(failing, context)).rejects.toThrow("disk full");
  expect(existsSync(join(folder, "data"))).toBe(false);
  const working = inputs({ prepare: make("mkdir $1; echo x >> made") });
  await processKind.create(working, context);
  await processKind.delete({ ...working, pid: 0 });
  await processKind.create(working, context);
  expect(readFileSync(join(folder, "made"), "utf8")).toBe("x\n");
});

test("a taken port is refused by its setting, its own port is not", async () => {
  await processKind.create(inputs(), context);
  expect(await processKind.check(inputs())).toEqual([]);
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port: taken } = other.address() as { port: number };
  const failures = await processKind.check(inputs({ ports: { "keelson:ports.test": [taken] } }));
  other.close();
  expect(failures).toEqual([expect.stringContaining(`port ${taken} is taken`)]);
  expect(failures[0]).toContain("keelson:ports.test");
});

test("a folder that cannot be written to is refused before anything is made", async () => {
  const failures = await processKind.check(inputs({ folder: "/proc/keelson/server" }));
  expect(failures).toEqual([expect.stringContaining("keelson:dataFolder")]);
  expect(await processKind.check(inputs({ folder: unknownValue }))).toEqual([]);
});

test("a process is known by its start time too", () => {
  const self = identify(process.pid);
  expect(self && isRunning(self)).toBe(true);
  expect(isRunning({ pid: process.pid, startTime: "0" })).toBe(false);
});
