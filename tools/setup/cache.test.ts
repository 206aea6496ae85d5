import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { putTogether } from "./cache.mjs";

let folder: string;
let target: string;
const isWhole = () => existsSync(join(target, "part"));
const make = async (partial: string) => writeFileSync(join(partial, "part"), "made");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keelson-cache-"));
  target = join(folder, "engine-1.0");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process id that is surely free: that of a process which has ended. */
function deadProcess(): string {
  return `${spawnSync("true").pid}`;
}

test("a part is in its place only when whole", async () => {
  await putTogether(target, isWhole, async (partial) => {
    await make(partial);
    expect(existsSync(target)).toBe(false);
  });
  expect(readFileSync(join(target, "part"), "utf8")).toBe("made");
  expect(readdirSync(folder)).toEqual(["engine-1.0"]);
});

test("a failure leaves nothing, and says what failed", async () => {
  const full = putTogether(target, isWhole, async (partial) => {
    await make(partial);
    throw new Error("no space left on device");
  });
  await expect(full).rejects.toThrow("no space left on device");
  expect(readdirSync(folder)).toEqual([]);
});

test("what a killed run left is not taken for the part, and goes", async () => {
  mkdirSync(`${target}.partial`);
  writeFileSync(join(`${target}.partial`, "leftover"), "");
  symlinkSync(deadProcess(), `${target}.lock`);
  await putTogether(target, isWhole, make);
  expect(readdirSync(folder)).toEqual(["engine-1.0"]);
  expect(readdirSync(target)).toEqual(["part"]);
});

test("a damaged part is replaced", async () => {
  mkdirSync(target);
  writeFileSync(join(target, "rest"), "");
  await putTogether(target, isWhole, make);
  expect(readdirSync(target)).toEqual(["part"]);
});

test("of processes at the same time one makes the part and the others wait, a dead holder or not", async () => {
  symlinkSync(deadProcess(), `${target}.lock`);
  const script = `
    import { appendFileSync, existsSync, writeFileSync } from "node:fs";
    import { setTimeout } from "node:timers/promises";
    import { putTogether } from ${JSON.stringify(join(import.meta.dirname, "cache.mjs"))};
    await putTogether(${JSON.stringify(target)}, () => existsSync(${JSON.stringify(join(target, "part"))}), async (partial) => {
      appendFileSync(${JSON.stringify(join(folder, "makers"))}, "x");
      await setTimeout(300);
      writeFileSync(partial + "/part", "made");
    });`;
  const runs = Array.from({ length: 4 }, () =>
    once(spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "inherit" }), "exit"),
  );
  expect(await Promise.all(runs)).toEqual(runs.map(() => [0, null]));
  expect(readFileSync(join(folder, "makers"), "utf8")).toBe("x");
  expect(isWhole()).toBe(true);
});

test("waiting for another run can be interrupted", async () => {
  symlinkSync(`${process.pid}`, `${target}.lock`);
  await expect(putTogether(target, isWhole, make, AbortSignal.timeout(100))).rejects.toThrow("abort");
});
