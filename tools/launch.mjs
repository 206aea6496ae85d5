/**
 * Runs a command, `tools/<command>.ts`, in a Node that can run it and with its npm packages there.
 * Plain JavaScript, because the Node that runs this file may be as old as 16.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { provideNode, providePackages, repository, withNode } from "./setup/node.mjs";
import { interruptible } from "./setup/run.mjs";

/** The commands, and whether they need the npm packages. */
const commands = new Map([
  ["start", { packages: true }],
  ["test", { packages: true }],
  ["down", { packages: true }],
  ["load", { packages: true }],
  ["preview", { packages: true }],
  ["quotas", { packages: true }],
  ["doctor", { packages: false }],
]);

/**
 * @param {string} name
 * @returns {Promise<string>} path of the Node to run the command with
 */
async function prepare(name) {
  const needs = commands.get(name);
  if (!needs) throw new Error(`There is no command "${name}". Known: ${[...commands.keys()].join(", ")}.`);
  return interruptible(async (signal) => {
    const node = await provideNode(signal);
    if (needs.packages) await providePackages(node, signal);
    return node;
  });
}

/**
 * Hands the terminal over. Ctrl-C reaches the command by itself, so it is only not heeded here.
 *
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {Promise<number>} the command's exit code
 */
async function handOver(node, args) {
  const child = spawn(node, args, { stdio: "inherit", env: withNode(node) });
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code, killer] = await once(child, "exit");
  return code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (killer)];
}

const [name = "", ...args] = process.argv.slice(2);
try {
  const node = await prepare(name);
  process.exitCode = await handOver(node, [join(repository, "tools", `${name}.ts`), ...args]);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
