/** Stack `local` from outside the program: where its state is, and how the engine is run on it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { identify } from "../infra/local/provider/daemon.ts";
import { notWritable } from "../infra/local/provider/folder.ts";
import type { LocalSettings } from "../infra/local/settings.ts";
import { readSettings } from "../infra/settings.ts";
import { repository } from "./setup/node.mjs";
import { type EngineOutput, openStack, readConfig, runPulumi, type Stack } from "./stack.ts";

const stack = "local";

/** The flag by which commands are told of other settings. */
export const settingsOption = {
  settings: { type: "string", default: join(repository, `Pulumi.${stack}.yaml`) },
} as const;

export interface LocalStack extends Stack {
  readonly settings: LocalSettings;
}

/**
 * Opens stack `local`, which is made where there is none yet.
 *
 * @param settingsFile its settings, in the form of `Pulumi.local.yaml`
 * @param environment what the engine needs to run, as set-up found it
 * @throws InvalidInput with every mistake in the settings; Error when the data folder cannot be used
 */
export async function openLocalStack(
  settingsFile: string,
  environment: NodeJS.ProcessEnv,
): Promise<LocalStack> {
  const config = readConfig(settingsFile);
  const settings = readSettings(stack, config);
  if (settings.environment !== "local") {
    throw new Error(`${settingsFile} is for environment "${settings.environment}", not "local".`);
  }
  const state = stateFolder(settings);
  return { settings, ...(await openStack({ name: stack, state, config, environment })) };
}

/**
 * Changes the stack by the engine, or compares it.
 *
 * @param command such as `["up", "--yes"]`
 * @param output "inherit" for the terminal's own, or where each piece of text goes
 * @returns its exit code
 */
export async function runEngine(
  opened: LocalStack,
  command: readonly string[],
  output: EngineOutput = "inherit",
): Promise<number> {
  await releaseStaleLock(opened);
  return runPulumi(opened, [...command, "--config-file", opened.configFile], output);
}

/** What the program exports. Secrets are masked unless asked for. */
export async function readOutputs(opened: LocalStack, { secrets = false } = {}): Promise<StackOutputs> {
  const text: string[] = [];
  const flags = secrets ? ["--show-secrets"] : [];
  await runPulumi(opened, ["stack", "output", "--json", ...flags], (chunk) => text.push(chunk));
  return JSON.parse(text.join(""));
}

/** The exports of `infra/index.ts` for stack `local`. */
export interface StackOutputs {
  readonly url: string;
  readonly prometheusUrl: string;
  readonly instanceUrls: readonly string[];
  /** Secret: the variables by which the API, and the owner of its schema, connect. */
  readonly connections: {
    readonly api: Readonly<Record<string, string>>;
    readonly owner: Readonly<Record<string, string>>;
  };
}

/** Removes what the platform keeps in its data folder, and the folder itself when nothing else is in it. */
export function purge({ settings: { dataFolder } }: LocalStack): void {
  const own = /^(redis-\d+|postgres-(primary|replica-\d+)|api-\d+|edge|prometheus|state)$/;
  for (const name of readdirSync(dataFolder).filter((name) => own.test(name))) {
    rmSync(join(dataFolder, name), { recursive: true, force: true });
  }
  if (readdirSync(dataFolder).length === 0) rmdirSync(dataFolder);
}

/** Where the engine keeps what it knows of the stack. */
function stateFolder({ dataFolder }: LocalSettings): string {
  const reason = notWritable(dataFolder);
  if (reason) throw new Error(`The data folder ${dataFolder} cannot be used: ${reason}`);
  const folder = join(dataFolder, "state");
  // Servers' users pass through the data folder; the state is nobody else's.
  mkdirSync(dataFolder, { recursive: true, mode: 0o711 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** An engine that was killed leaves its lock behind; one whose process is gone protects nothing. */
async function releaseStaleLock(opened: LocalStack): Promise<void> {
  const folder = join(dirname(opened.configFile), ".pulumi/locks/organization/keelson", stack);
  const locks = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const holders = locks.map((lock) => JSON.parse(readFileSync(join(folder, lock), "utf8")).pid as number);
  if (holders.length === 0 || holders.some(identify)) return;
  await runPulumi(opened, ["cancel", "--yes"], () => {});
}
