/** A command that is run to its end: when it is created, and again whenever one of its inputs changes. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Context, Kind } from "./kind.ts";

type Inputs = {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Not read: a change of one runs the job again. */
  readonly triggers: readonly unknown[];
};

export const jobKind: Kind<Inputs> = {
  outputs: [],
  replacedBy: [],
  async check() {
    return [];
  },
  async create(inputs, context) {
    await run(inputs, context);
    return { id: "job", outputs: {} };
  },
  async update(_before, after, context) {
    await run(after, context);
    return {};
  },
  async isThere() {
    return true;
  },
  async delete() {},
};

/** Shows the job's output line by line as progress; its last lines are the error when it fails. */
async function run({ command, environment }: Inputs, { progress, signal }: Context): Promise<void> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      lines.splice(0, lines.length - 12);
      progress(line);
    });
  }
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code !== 0) throw new Error([`${args[0] ?? program} ended with ${code}:`, ...lines].join("\n  "));
}
