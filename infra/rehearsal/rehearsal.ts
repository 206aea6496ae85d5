/**
 * A rehearsal: the real program and the real engine, with stand-ins instead of AWS. It has a state of its own,
 * sees no account's credentials and needs no network; nothing of it is left when it is closed.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { configure, openStack, runPulumi, type Stack, type StackConfig } from "../../tools/stack.ts";
import { type EngineEvent, parseEvent, type Run, toRun } from "./events.ts";
import { serveStandIns } from "./host.ts";

export interface RehearsalOptions {
  /** The stack's name, such as `prod`. */
  readonly stack: string;
  /** Its configuration. In place of an encrypted value the program gets the text `rehearsed-secret`. */
  readonly config: StackConfig;
  /** What the engine needs to run, as set-up found it. */
  readonly engine: NodeJS.ProcessEnv;
  /** Folder of the program's `Pulumi.yaml`, default the repository. */
  readonly program?: string;
  /** Told, while the engine runs, how many resources it has come to. */
  readonly progress?: (resources: number) => void;
  /** Interrupts a run as Ctrl-C does; the rehearsal is still to be closed. */
  readonly signal?: AbortSignal;
}

/**
 * One stack, from nothing. Runs follow one another on its state; what goes wrong in one, in the program or a
 * provider, is told by what it returns.
 */
export interface Rehearsal {
  preview(): Promise<Run>;
  up(): Promise<Run>;
  /** Compares the state with what the stand-ins have. */
  refresh(): Promise<Run>;
  destroy(): Promise<Run>;
  /** Gives the next runs another configuration. */
  configure(config: StackConfig): void;
  /** Takes the protection from every resource in the state, so that `destroy` may delete it. */
  unprotect(): Promise<void>;
  /** Interrupts a run under way, ends the stand-ins and removes what the rehearsal kept. */
  close(): Promise<void>;
}

/** @throws Error when the engine does not run or cannot make the stack */
export async function openRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), "keelson-rehearsal-"));
  const closing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
  let standIns: Awaited<ReturnType<typeof serveStandIns>> | undefined;
  let stack: Stack;
  let underWay: Promise<unknown> = Promise.resolve();

  async function close(): Promise<void> {
    closing.abort();
    await underWay.catch(() => {});
    await standIns?.close();
    rmSync(folder, { recursive: true, force: true });
  }

  function run(...command: string[]): Promise<Run> {
    const running = runEngine(stack, command, signal, options.progress);
    underWay = running;
    return running;
  }

  try {
    standIns = await serveStandIns({ worldFile: join(folder, "world.json") });
    stack = await openStack({
      name: options.stack,
      ...(options.program && { program: options.program }),
      state: folder,
      config: withoutEncrypted(options.config) as StackConfig,
      environment: { ...isolated(options.engine, folder), ...standIns.environment },
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    preview: () => run("preview"),
    up: () => run("up", "--yes", "--skip-preview"),
    refresh: () => run("refresh", "--yes", "--skip-preview"),
    destroy: () => run("destroy", "--yes", "--skip-preview"),
    configure: (config) => configure(stack, withoutEncrypted(config) as StackConfig),
    async unprotect() {
      const text: string[] = [];
      const code = await runPulumi(stack, ["state", "unprotect", "--all", "--yes"], (chunk) =>
        text.push(chunk),
      );
      if (code !== 0) throw new Error(`The protection could not be taken away:\n${text.join("")}`);
    },
    close,
  };
}

/**
 * No account, no backend and no plug-in of the user's: none of their variables, and a home of the engine's own.
 * What the engine forgets among the temporary files goes with the folder.
 */
function isolated(engine: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(engine).filter(([name]) => !/^(AWS|PULUMI)_/.test(name));
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  return {
    ...Object.fromEntries(kept),
    TMPDIR: temporary,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
  };
}

/** An encrypted value can be read only with its stack's own key. */
function withoutEncrypted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEncrypted);
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value) return "rehearsed-secret";
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutEncrypted(each)]));
}

async function runEngine(
  stack: Stack,
  command: readonly string[],
  signal: AbortSignal,
  progress: (resources: number) => void = () => {},
): Promise<Run> {
  signal.throwIfAborted();
  const start = performance.now();
  const events: EngineEvent[] = [];
  const errorText: string[] = [];
  const urns = new Set<string>();
  const begun = Promise.withResolvers<void>();

  const read = linewise((line) => {
    const event = parseEvent(line);
    if (!event) return;
    events.push(event);
    if (!event.resourcePreEvent) return;
    begun.resolve();
    progress(urns.add(event.resourcePreEvent.metadata.urn).size);
  });

  const flags = ["--json", "--color", "never", "--non-interactive", "--config-file", stack.configFile];
  const output = (text: string, from: "stdout" | "stderr") =>
    from === "stdout" ? read(text) : errorText.push(text);
  const code = await runPulumi(stack, [...command, ...flags], output, after(begun.promise, signal));
  const seconds = (performance.now() - start) / 1000;
  return toRun(events, { code, seconds, errorText: errorText.join("") });
}

/** How long an engine that is interrupted may take to come to its first resource, in milliseconds. */
const BEGINNING = 10_000;

/** An engine that is interrupted while it starts its language host leaves that behind: let it begin first. */
function after(begun: Promise<void>, signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const interrupt = async () => {
    await Promise.race([begun, sleep(BEGINNING, undefined, { ref: false })]);
    controller.abort();
  };
  signal.addEventListener("abort", interrupt, { once: true });
  return controller.signal;
}

function linewise(use: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(use);
  };
}
