/**
 * Runs other programs quietly. Plain JavaScript, because the launcher needs it in any Node ≥ 16.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";

/** How many of the first and last lines a failed command wrote its error shows: some tell the cause first. */
const LINES_SHOWN = { first: 10, last: 10 };

/** How long an interrupted command may clean up after itself, in milliseconds. */
const GRACE = 2000;

/**
 * Runs a command with its output hidden.
 *
 * @param {string} command a program on PATH, or its path
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, signal?: AbortSignal | undefined }} [options]
 *   `timeout` in milliseconds, default none. With a timeout or a signal the command runs in a process
 *   group of its own, which is interrupted whole; else it shares the terminal's Ctrl-C.
 * @returns {Promise<string>} what it wrote to standard output
 * @throws {Error} with its first and last lines, when it is not found, fails, takes too long or is interrupted
 */
export async function run(command, args, { timeout, signal, ...options } = {}) {
  const detached = timeout !== undefined || signal !== undefined;
  const child = spawn(command, args, { ...options, detached, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let all = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    all += text;
  });

  let late = false;
  /** @type {NodeJS.Timeout[]} */
  const timers = [];
  const interrupt = () => {
    signalGroup(child, "SIGINT");
    timers.push(setTimeout(() => signalGroup(child, "SIGKILL"), GRACE));
  };
  const onTimeout = () => {
    late = true;
    interrupt();
  };
  if (timeout !== undefined) timers.push(setTimeout(onTimeout, timeout));
  signal?.addEventListener("abort", interrupt);
  if (signal?.aborted) interrupt();

  try {
    const [code, killer] = await once(child, "close");
    if (code === 0) return stdout;
    const end = late ? `took longer than ${(timeout ?? 0) / 1000} s` : `ended with ${code ?? killer}`;
    throw new Error([`${basename(command)} ${args[0] ?? ""} ${end}`, ...excerpt(all)].join("\n"));
  } catch (error) {
    throw /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT"
      ? new Error(`${command} was not found`)
      : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", interrupt);
  }
}

/**
 * @param {import("node:child_process").ChildProcess} child leader of its process group
 * @param {NodeJS.Signals} signal
 */
function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}

/** @param {string} text */
function excerpt(text) {
  const lines = [...new Set(text.split("\n").filter((line) => line.trim() !== ""))];
  const { first, last } = LINES_SHOWN;
  if (lines.length > first + last) lines.splice(first, lines.length - first - last, "…");
  return lines.map((line) => `  ${line}`);
}

/**
 * Shows one line on standard error while slow work goes on, and the seconds it took after it.
 *
 * @template T
 * @param {string} text what is done, from where, and about how long it takes
 * @param {() => Promise<T>} work
 */
export async function withProgress(text, work) {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  process.stderr.write(`${text} … `);
  try {
    const result = await work();
    process.stderr.write(`${seconds()}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`not done (${seconds()})\n`);
    throw error;
  }
}

/**
 * Lets Ctrl-C and SIGTERM abort the work instead of ending this process, so that it cleans up after itself.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @throws {Error} "Interrupted …" when it was, else what the work throws
 */
export async function interruptible(work) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.on("SIGINT", abort).on("SIGTERM", abort);
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw controller.signal.aborted ? new Error("Interrupted. Run the command again to go on.") : error;
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}
