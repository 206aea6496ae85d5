/** What commands that rehearse a stack in the cloud have in common. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openRehearsal, type Rehearsal } from "../infra/rehearsal/rehearsal.ts";
import type { Command } from "./command.ts";
import { environment } from "./setup/engine.ts";
import { repository } from "./setup/node.mjs";
import { interruptible } from "./setup/run.mjs";
import { setUp } from "./setup/setup.ts";
import { readConfig } from "./stack.ts";

/** Stacks with a settings file, but for the one of this machine. */
export const cloudStacks = readdirSync(repository)
  .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
  .filter((name): name is string => name !== undefined && name !== "local");

/** Flags of a command that rehearses. */
export const rehearsalFlags = {
  json: { type: "boolean", default: false },
  settings: { type: "string" },
} as const;

/** A stack as it was asked for on the command line. */
export interface AskedStack {
  readonly stack: string;
  readonly json: boolean;
  /** File of its settings. */
  readonly settings: string;
}

/**
 * The body of a command that takes one stack and `rehearsalFlags`.
 *
 * @param help shown when no stack, or none that there is, is asked for
 */
export function commandOnStack(
  help: string,
  body: (asked: AskedStack) => Promise<number>,
): Command<typeof rehearsalFlags> {
  return async ({ json, settings }, words) => {
    const [stack = ""] = words;
    if (words.length === 1 && cloudStacks.includes(stack)) {
      return body({ stack, json, settings: settings ?? join(repository, `Pulumi.${stack}.yaml`) });
    }
    const found = words.join(" ") || "nothing";
    console.error(`stack: found ${found}, allowed: ${cloudStacks.join(", ")}\n${help.trimEnd()}`);
    return 2;
  };
}

/**
 * Opens a rehearsal, uses it and closes it, also when it is interrupted.
 *
 * @throws Error when the settings are those of stack `local`
 */
export async function rehearse<T>(
  { stack, settings }: AskedStack,
  use: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const config = readConfig(settings);
  if (config["keelson:environment"] === "local") {
    throw new Error(
      `${settings} is for environment "local", which \`npm start\` brings up: there is nothing to rehearse.`,
    );
  }
  const { pulumi } = await setUp(["pulumi"]);
  return interruptible(async (signal) => {
    const engine = environment(pulumi);
    const rehearsal = await openRehearsal({ stack, config, engine, signal, progress: showProgress });
    try {
      return await use(rehearsal);
    } finally {
      await rehearsal.close();
    }
  }).finally(clearProgress);
}

/** How often a log that is no terminal is told, in resources. */
const loggedResources = 100;

function showProgress(resources: number): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${resources} resources …`);
  } else if (resources % loggedResources === 0) {
    console.error(`${resources} resources …`);
  }
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
}
