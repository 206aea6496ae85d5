/** A stack from outside its program: a state backend of its own in a folder, and the engine run on it. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { repository } from "./setup/node.mjs";

/** Keys of a stack's configuration with their namespace, as under `config` in `Pulumi.<stack>.yaml`. */
export type StackConfig = Readonly<Record<string, unknown>>;

export interface StackOptions {
  readonly name: string;
  /** Folder of the program's `Pulumi.yaml`, default the repository. */
  readonly program?: string;
  /** Folder, nobody else's, of the state, its passphrase and the stack's configuration. */
  readonly state: string;
  readonly config: StackConfig;
  /** What the engine needs to run, as set-up found it. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface Stack {
  readonly name: string;
  /** Folder of the program's `Pulumi.yaml`. */
  readonly program: string;
  /** Environment of the engine: its programs, and this stack's own state backend and passphrase. */
  readonly environment: NodeJS.ProcessEnv;
  /** The stack's configuration with the salt of its encryption, which the committed file does not hold. */
  readonly configFile: string;
}

/** Opens the stack of a state folder, which is made where there is none yet. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const { name, program = repository, state, config } = options;
  const stack = {
    name,
    program,
    environment: {
      ...options.environment,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(state),
    },
    configFile: join(state, `Pulumi.${name}.yaml`),
  };
  const project = projectOf(program);
  if (!existsSync(join(state, `.pulumi/stacks/${project}/${name}.json`))) {
    await createStack(stack, state, project);
  }
  configure(stack, config);
  return stack;
}

/** Gives the stack another configuration, for the next run of the engine. */
export function configure({ configFile }: Stack, config: StackConfig): void {
  const { encryptionsalt } = parse(readFileSync(configFile, "utf8")) as { encryptionsalt: string };
  writeFileSync(configFile, stringify({ encryptionsalt, config }), { mode: 0o600 });
}

/** "inherit" for the terminal's own, or where each piece of text goes. */
export type EngineOutput = "inherit" | ((text: string, from: "stdout" | "stderr") => void);

/** How long an interrupted engine may take to end in order, in milliseconds. */
const GRACE = 20_000;

/**
 * Runs the engine on the stack.
 *
 * @param command such as `["stack", "output"]`
 * @param signal interrupts it as Ctrl-C does; then the terminal's own Ctrl-C does not reach it
 * @returns its exit code
 */
export async function runPulumi(
  { name, program, environment }: Stack,
  command: readonly string[],
  output: EngineOutput = "inherit",
  signal?: AbortSignal,
): Promise<number> {
  const child = spawn("pulumi", [...command, "--stack", name], {
    cwd: program,
    env: environment,
    stdio: output === "inherit" ? "inherit" : ["ignore", "pipe", "pipe"],
    detached: signal !== undefined,
  });
  if (output === "inherit") {
    // Ctrl-C reaches the engine by itself, which then ends in order; this process waits for it.
    process.on("SIGINT", () => {});
  } else {
    child.stdout?.setEncoding("utf8").on("data", (text) => output(text, "stdout"));
    child.stderr?.setEncoding("utf8").on("data", (text) => output(text, "stderr"));
  }
  let force: NodeJS.Timeout | undefined;
  const interrupt = () => {
    child.kill("SIGINT");
    force = setTimeout(() => child.kill("SIGKILL"), GRACE);
  };
  signal?.addEventListener("abort", interrupt);
  if (signal?.aborted) interrupt();
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    clearTimeout(force);
    signal?.removeEventListener("abort", interrupt);
  }
}

/**
 * @param file in the form of `Pulumi.<stack>.yaml`
 * @throws Error when it cannot be read or holds no configuration
 */
export function readConfig(file: string): StackConfig {
  const text = readText(file);
  let document: { config?: StackConfig } | null;
  try {
    document = parse(text);
  } catch (error) {
    throw new Error(`${file} is not YAML: ${(error as Error).message}`);
  }
  if (document?.config && typeof document.config === "object") return document.config;
  throw new Error(`${file}: found no \`config\`, allowed: the form of Pulumi.local.yaml`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The settings cannot be read: ${(error as Error).message}`);
  }
}

function passphraseFile(state: string): string {
  const file = join(state, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return file;
}

function projectOf(program: string): string {
  return parse(readFileSync(join(program, "Pulumi.yaml"), "utf8")).name;
}

/** Done in a project of its own, for the engine writes the salt beside the project file it finds. */
async function createStack(stack: Stack, state: string, project: string): Promise<void> {
  writeFileSync(join(state, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
  const output: string[] = [];
  const command = ["stack", "init", "--no-select", "--secrets-provider", "passphrase"];
  const code = await runPulumi({ ...stack, program: state }, command, (text) => output.push(text));
  if (code !== 0) throw new Error(`Stack "${stack.name}" could not be made:\n${output.join("")}`);
}
