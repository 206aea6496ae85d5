/** Stack `local` from outside the program: where its state is, and how the engine is run on it. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { identify } from "../infra/local/provider/daemon.ts";
import { notWritable } from "../infra/local/provider/folder.ts";
import { type LocalSettings, readSettings } from "../infra/settings.ts";
import { repository } from "./setup/node.mjs";

const stack = "local";

/** The flag by which commands are told of other settings. */
export const settingsOption = {
  settings: { type: "string", default: join(repository, `Pulumi.${stack}.yaml`) },
} as const;

export interface LocalStack {
  readonly settings: LocalSettings;
  /** Environment of the engine: its programs, and this stack's own state backend and passphrase. */
  readonly environment: NodeJS.ProcessEnv;
  /** The stack's configuration with the salt of its encryption, which the committed file does not hold. */
  readonly configFile: string;
}

/**
 * Opens stack `local`, which is made where there is none yet.
 *
 * @param settingsFile its settings, in the form of `Pulumi.local.yaml`
 * @param engineEnvironment what the engine needs to run, as set-up found it
 * @throws InvalidInput with every mistake in the settings; Error when the data folder cannot be used
 */
export async function openLocalStack(
  settingsFile: string,
  engineEnvironment: NodeJS.ProcessEnv,
): Promise<LocalStack> {
  const config = readConfig(settingsFile);
  const settings = readSettings(stack, config);
  if (settings.environment !== "local") {
    throw new Error(`${settingsFile} is for environment "${settings.environment}", not "local".`);
  }
  const state = stateFolder(settings);
  const environment = {
    ...engineEnvironment,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(state),
  };
  const opened = { settings, environment, configFile: join(state, `Pulumi.${stack}.yaml`) };
  if (!existsSync(join(state, `.pulumi/stacks/keelson/${stack}.json`))) await createStack(state, opened);
  writeConfig(opened.configFile, config);
  return opened;
}

/**
 * Runs the engine on the stack.
 *
 * @param command such as `["up", "--yes"]`
 * @param output "inherit" for the terminal's own, or where each piece of text goes
 * @returns its exit code
 */
export async function runEngine(
  { environment, configFile }: LocalStack,
  command: readonly string[],
  output: EngineOutput = "inherit",
): Promise<number> {
  await releaseStaleLock(dirname(configFile), environment);
  return pulumi([...command, "--stack", stack, "--config-file", configFile], environment, output);
}

export type EngineOutput = "inherit" | ((text: string) => void);

/** What the program exports. Secrets are masked unless asked for. */
export async function readOutputs(
  { environment }: LocalStack,
  { secrets = false } = {},
): Promise<StackOutputs> {
  const text: string[] = [];
  const flags = secrets ? ["--show-secrets"] : [];
  await pulumi(["stack", "output", "--json", "--stack", stack, ...flags], environment, (chunk) =>
    text.push(chunk),
  );
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

function readConfig(file: string): Record<string, unknown> {
  const text = readFileSync(file, "utf8");
  let document: { config?: Record<string, unknown> } | null;
  try {
    document = parse(text);
  } catch (error) {
    throw new Error(`${file} is not YAML: ${(error as Error).message}`);
  }
  if (typeof document?.config === "object") return document.config;
  throw new Error(`${file}: found no \`config\`, allowed: the form of Pulumi.local.yaml`);
}

function passphraseFile(state: string): string {
  const file = join(state, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return file;
}

/** Done in a project of its own, for the engine writes the salt beside the project file it finds. */
async function createStack(state: string, { environment }: LocalStack): Promise<void> {
  writeFileSync(join(state, "Pulumi.yaml"), stringify({ name: "keelson", runtime: "nodejs" }));
  const output: string[] = [];
  const command = ["stack", "select", stack, "--create", "--secrets-provider", "passphrase", "--cwd", state];
  const code = await pulumi(command, environment, (text) => output.push(text));
  if (code !== 0) throw new Error(`Stack "${stack}" could not be made:\n${output.join("")}`);
}

function writeConfig(file: string, config: Record<string, unknown>): void {
  const { encryptionsalt } = parse(readFileSync(file, "utf8")) as { encryptionsalt: string };
  writeFileSync(file, stringify({ encryptionsalt, config }), { mode: 0o600 });
}

/** An engine that was killed leaves its lock behind; one whose process is gone protects nothing. */
async function releaseStaleLock(state: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const folder = join(state, ".pulumi/locks/organization/keelson", stack);
  const locks = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const holders = locks.map((lock) => JSON.parse(readFileSync(join(folder, lock), "utf8")).pid as number);
  if (holders.length === 0 || holders.some(identify)) return;
  await pulumi(["cancel", "--yes", "--stack", stack], environment, () => {});
}

function pulumi(args: string[], env: NodeJS.ProcessEnv, output: EngineOutput): Promise<number> {
  const child = spawn("pulumi", args, {
    cwd: repository,
    env,
    stdio: output === "inherit" ? "inherit" : "pipe",
  });
  if (output === "inherit") {
    // Ctrl-C reaches the engine by itself, which then ends in order; this process waits for it.
    process.on("SIGINT", () => {});
  } else {
    child.stdout?.setEncoding("utf8").on("data", output);
    child.stderr?.setEncoding("utf8").on("data", output);
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code ?? 1));
  });
}
