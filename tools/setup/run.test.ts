import { expect, test } from "vitest";
import { interruptible, run } from "./run.mjs";

const shell = (script: string, options = {}) => run("sh", ["-c", script], options);

test("returns standard output only", async () => {
  expect(await shell("echo out; echo err >&2")).toBe("out\n");
});

test("a failure shows the exit code and both ends of a long output, each line once", async () => {
  const failure = shell("echo cause; echo cause; for i in $(seq 100); do echo line $i; done; exit 3");
  const { message } = await failure.then(
    () => new Error("did not fail"),
    (error: Error) => error,
  );
  expect(message).toMatch(/^sh -c ended with 3\n {2}cause\n {2}line 1\n/);
  expect(message).toMatch(/…\n {2}line 91\n(.*\n)+.*line 100$/);
});

test("names a program that is not there", async () => {
  await expect(run("no-such-program", [])).rejects.toThrow("no-such-program was not found");
});

test("what takes too long is ended with all that it started, though some of it ignores Ctrl-C", async () => {
  await expect(shell("sleep 60 & sleep 60; wait", { timeout: 200 })).rejects.toThrow("longer than 0.2 s");
});

test("Ctrl-C ends the command, lets the work clean up, and comes out as an error", async () => {
  let cleaned = false;
  const work = interruptible(async (signal) => {
    setTimeout(() => process.emit("SIGINT"), 50);
    try {
      await shell("sleep 60", { signal });
    } finally {
      cleaned = true;
    }
  });
  await expect(work).rejects.toThrow("Interrupted");
  expect(cleaned).toBe(true);
  expect(process.listenerCount("SIGINT")).toBe(0);
});

test("work that ends well although it was interrupted does not go on", async () => {
  const work = interruptible(async () => {
    process.emit("SIGTERM");
  });
  await expect(work).rejects.toThrow("Interrupted");
});
