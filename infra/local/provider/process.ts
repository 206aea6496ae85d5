/** A server that runs on this machine: started and waited for until it is ready, adopted if it runs already. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Identity, isRunning, launch, stop, type User } from "./daemon.ts";
import { notWritable } from "./folder.ts";
import { type Context, type Kind, unknownValue } from "./kind.ts";
import { takenPorts } from "./ports.ts";
import { notReady, type Probe } from "./probe.ts";

type Inputs = {
  /** Its own folder: data, configuration, log and the record of what runs. Kept when it is deleted. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Text by path within the folder, written before each start. */
  readonly files: Readonly<Record<string, string>>;
  /** Makes a subfolder once. The command's argument `{}` is where; half-made ones are made anew. */
  readonly prepare?: {
    readonly folder: string;
    readonly command: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  };
  /** What it listens on, by the setting that chose it. */
  readonly ports: Readonly<Record<string, readonly number[]>>;
  readonly ready: Probe;
  readonly readySeconds: number;
  readonly stopSignal: NodeJS.Signals;
  readonly stopSeconds: number;
  /** A change of `files` alone is told by this signal, without a restart. */
  readonly reloadSignal?: NodeJS.Signals;
  /** The user it runs as, where the engine is run by root. */
  readonly runAs?: string;
};

type Outputs = { pid: number };

/** What runs for a folder, so that a later run of the engine knows it again. */
interface Running extends Identity {
  /** Of the inputs it was started with. */
  readonly fingerprint: string;
  readonly ports: readonly number[];
}

const run = promisify(execFile);

export const processKind: Kind<Inputs, Outputs> = {
  outputs: ["pid"],
  replacedBy: ["folder"],

  async check(inputs) {
    if (inputs.folder === unknownValue) return [];
    return [notWritable(inputs.folder) ?? [], await portFailures(inputs)].flat();
  },

  async create(inputs, context) {
    const record = readRecord(inputs.folder);
    if (record && isRunning(record)) {
      if (record.fingerprint === fingerprintOf(inputs)) {
        await untilReady(inputs, record, context);
        return { id: inputs.folder, outputs: { pid: record.pid } };
      }
      await stop(record, inputs.stopSignal, inputs.stopSeconds);
    }
    return { id: inputs.folder, outputs: { pid: await start(inputs, context) } };
  },

  async update(before, after, context) {
    const record = readRecord(after.folder);
    if (record && isRunning(record)) {
      if (after.reloadSignal && onlyFilesDiffer(before, after)) return reload(record, after, context);
      await stop(record, before.stopSignal, before.stopSeconds);
    }
    return { pid: await start(after, context) };
  },

  async isThere({ folder }) {
    const record = readRecord(folder);
    return record !== undefined && isRunning(record);
  },

  async delete({ folder, stopSignal, stopSeconds }) {
    const record = readRecord(folder);
    if (record) await stop(record, stopSignal, stopSeconds);
    rmSync(recordPath(folder), { force: true });
  },
};

async function start(inputs: Inputs, context: Context): Promise<number> {
  const user = inputs.runAs ? await lookUp(inputs.runAs) : undefined;
  makeFolder(inputs.folder, user);
  await prepare(inputs, user, context);
  writeFiles(inputs, user);
  const attempts = 3;
  for (let attempt = 1; ; attempt++) {
    const identity = await launch({ ...inputs, log: logPath(inputs.folder), user });
    writeRecord(inputs, identity);
    try {
      await untilReady(inputs, identity, context);
      return identity.pid;
    } catch (error) {
      await stop(identity, inputs.stopSignal, inputs.stopSeconds);
      rmSync(recordPath(inputs.folder), { force: true });
      // What its predecessor left (a lock file, a port) may take a moment to go.
      if (!(error instanceof EndedEarly) || attempt === attempts || context.signal.aborted) throw error;
      await sleep(1000);
    }
  }
}

class EndedEarly extends Error {}

async function untilReady(inputs: Inputs, identity: Identity, { signal, progress }: Context): Promise<void> {
  const deadline = Date.now() + inputs.readySeconds * 1000;
  progress("waiting until it is ready");
  for (;;) {
    const reason = await notReady(inputs.ready);
    if (!reason) return;
    signal.throwIfAborted();
    if (!isRunning(identity))
      throw new EndedEarly(`it ended before it was ready. ${lastLines(inputs.folder)}`);
    if (Date.now() > deadline) {
      throw new Error(`not ready after ${inputs.readySeconds} s: ${reason}. ${lastLines(inputs.folder)}`);
    }
    await sleep(50);
  }
}

async function reload(record: Running, inputs: Inputs, context: Context): Promise<Outputs> {
  writeFiles(inputs, inputs.runAs ? await lookUp(inputs.runAs) : undefined);
  process.kill(record.pid, inputs.reloadSignal);
  writeRecord(inputs, record);
  await untilReady(inputs, record, context);
  return { pid: record.pid };
}

function onlyFilesDiffer(before: Inputs, after: Inputs): boolean {
  return fingerprintOf({ ...before, files: {} }) === fingerprintOf({ ...after, files: {} });
}

async function prepare(
  { folder, prepare: step }: Inputs,
  user: User | undefined,
  { progress, signal }: Context,
) {
  if (!step || existsSync(join(folder, step.folder))) return;
  const half = join(folder, `${step.folder}.half`);
  rmSync(half, { recursive: true, force: true });
  progress(`preparing ${step.folder}`);
  const [program = "", ...args] = step.command.map((argument) => (argument === "{}" ? half : argument));
  try {
    const env = { PATH: process.env.PATH, ...step.environment };
    await run(program, args, { cwd: folder, env, signal, ...user });
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    throw new Error(
      `${program} failed: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}`,
    );
  }
  renameSync(half, join(folder, step.folder));
}

function makeFolder(folder: string, user: User | undefined): void {
  // A server's user must be able to pass through the folder above its own.
  mkdirSync(dirname(folder), { recursive: true, mode: 0o711 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (user) chownSync(folder, user.uid, user.gid);
}

function writeFiles({ folder, files }: Inputs, user: User | undefined): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    if (user) chownSync(`${path}.new`, user.uid, user.gid);
    renameSync(`${path}.new`, path);
  }
}

async function portFailures({ folder, ports }: Inputs): Promise<string[]> {
  const record = readRecord(folder);
  const own = record && isRunning(record) ? record.ports : [];
  const failures = Object.entries(ports).map(async ([setting, numbers]) => {
    const taken = await takenPorts(numbers.filter((number) => !own.includes(number)));
    return taken.map(
      (number) =>
        `port ${number} is taken by another process; end that one, or set ${setting} to a free port`,
    );
  });
  return (await Promise.all(failures)).flat();
}

async function lookUp(name: string): Promise<User> {
  const id = async (flag: string) => Number((await run("id", [flag, name])).stdout);
  try {
    return { uid: await id("-u"), gid: await id("-g") };
  } catch {
    throw new Error(
      `there is no user "${name}" to run it as; make one, or run the command as an ordinary user`,
    );
  }
}

function fingerprintOf(inputs: Inputs): string {
  const { command, environment, files, folder, ports, runAs } = inputs;
  return createHash("sha256")
    .update(JSON.stringify([command, sorted(environment), sorted(files), folder, sorted(ports), runAs]))
    .digest("hex");
}

function sorted(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}

function recordPath(folder: string): string {
  return join(folder, "process.json");
}

function logPath(folder: string): string {
  return join(folder, "output.log");
}

function readRecord(folder: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(recordPath(folder), "utf8"));
  } catch {
    return undefined;
  }
}

function writeRecord(inputs: Inputs, { pid, startTime }: Identity): void {
  const record: Running = {
    pid,
    startTime,
    fingerprint: fingerprintOf(inputs),
    ports: Object.values(inputs.ports).flat(),
  };
  writeFileSync(recordPath(inputs.folder), JSON.stringify(record), { mode: 0o600 });
}

function lastLines(folder: string): string {
  const lines = readFileSync(logPath(folder), "utf8").trimEnd().split("\n").slice(-8);
  return [`The end of ${logPath(folder)}:`, ...lines].join("\n  ");
}
