/** How the readiness of a process is asked for. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Ready when the URL answers with a 2xx, or when the command succeeds and prints just `expect`. */
export type Probe =
  | { readonly url: string }
  | {
      readonly command: readonly string[];
      readonly expect: string;
      readonly environment?: Readonly<Record<string, string>>;
    };

const run = promisify(execFile);
const timeout = 2000;

/** @returns undefined when ready, else what was found instead */
export async function notReady(probe: Probe): Promise<string | undefined> {
  try {
    return "url" in probe ? await askUrl(probe.url) : await askCommand(probe);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr?.trim() || message).split("\n").at(-1);
  }
}

async function askUrl(url: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  await response.body?.cancel();
  return response.ok ? undefined : `${url} answers ${response.status}`;
}

async function askCommand({ command, expect, environment }: Exclude<Probe, { url: string }>) {
  const [program = "", ...args] = command;
  const { stdout } = await run(program, args, { timeout, env: { PATH: process.env.PATH, ...environment } });
  return stdout.trim() === expect ? undefined : `${program} answers ${JSON.stringify(stdout.trim())}`;
}
