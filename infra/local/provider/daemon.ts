/**
 * Starting, recognising and stopping a process that outlives the one that started it.
 * A process is known by its id and its start time together, for ids are used again.
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Identity {
  readonly pid: number;
  /** As the operating system tells it; only compared. */
  readonly startTime: string;
}

export interface LaunchOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Its standard output and error are appended here. */
  readonly log: string;
  /** Numeric user and group to run as; the present ones when absent. */
  readonly user?: User | undefined;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

const logLimit = 10 * 1024 * 1024;

/** Starts a process in a session of its own, so that a `Ctrl-C` meant for its parent does not reach it. */
export async function launch({ command, environment, folder, log, user }: LaunchOptions): Promise<Identity> {
  const [program = "", ...args] = command;
  rotate(log);
  const output = openSync(log, "a", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
      detached: true,
      stdio: ["ignore", output, output],
      ...user,
    });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    const pid = child.pid as number;
    return identify(pid) ?? { pid, startTime: "ended at once" };
  } finally {
    closeSync(output);
  }
}

/** @returns undefined when no such process runs */
export function identify(pid: number): Identity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether this very process still runs. One that ended but is not yet reaped does not. */
export function isRunning({ pid, startTime }: Identity): boolean {
  return startTimeOf(pid) === startTime;
}

/**
 * Asks a process to end, and ends it by force when it does not.
 *
 * @param seconds how long it is given
 */
export async function stop(identity: Identity, signal: NodeJS.Signals, seconds: number): Promise<void> {
  if (!isRunning(identity)) return;
  process.kill(identity.pid, signal);
  if (await ended(identity, seconds)) return;
  process.kill(identity.pid, "SIGKILL");
  if (!(await ended(identity, 10))) throw new Error(`process ${identity.pid} does not end, even by SIGKILL`);
}

async function ended(identity: Identity, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (!isRunning(identity)) return true;
    await sleep(20);
  }
  return !isRunning(identity);
}

function startTimeOf(pid: number): string | undefined {
  return process.platform === "linux" ? startTimeByProc(pid) : startTimeByPs(pid);
}

function startTimeByProc(pid: number): string | undefined {
  try {
    // The name, in brackets, may hold spaces; fields are counted behind it. See proc(5).
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const [state] = fields;
    return state === "Z" || state === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeByPs(pid: number): string | undefined {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", `${pid}`], { encoding: "utf8" }).trim();
    return line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}

function rotate(log: string): void {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > logLimit) renameSync(log, `${log}.1`);
}
