import { expect, test } from "vitest";
import { jobKind } from "./job.ts";

const command = (script: string) => ["/bin/sh", "-c", script];
const context = (signal = new AbortController().signal) => {
  const lines: string[] = [];
  return { signal, lines, progress: (line: string) => lines.push(line) };
};

test("its output is shown line by line, with its own environment", async () => {
  const shown = context();
  const inputs = { command: command("echo one; echo $NAME"), environment: { NAME: "two" }, triggers: [] };
  await jobKind.create(inputs, shown);
  expect(shown.lines).toEqual(["one", "two"]);
});

test("its last lines are the error when it fails", async () => {
  const inputs = { command: command("echo going; echo broken >&2; exit 4"), environment: {}, triggers: [] };
  await expect(jobKind.create(inputs, context())).rejects.toThrow(/ended with 4:\n {2}going\n {2}broken/);
});

test("an interruption ends it", async () => {
  const controller = new AbortController();
  const inputs = { command: command("exec sleep 30"), environment: {}, triggers: [] };
  const running = jobKind.create(inputs, context(controller.signal));
  controller.abort();
  await expect(running).rejects.toThrow(/abort/i);
});
