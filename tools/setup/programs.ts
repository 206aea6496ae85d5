/** Programs on this machine and their versions. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Found } from "./part.ts";
import { parseVersion } from "./version.ts";

/** Folders of programs: those of PATH, and those that it lacks for users who are not root. */
export function programFolders(): string[] {
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...path, "/usr/local/sbin", "/usr/sbin", "/sbin"];
}

/** Whether there is a file that may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Paths of the programs of that name, in the folders' order; one that links name twice only once. */
export function programs(name: string, folders: readonly string[]): string[] {
  const paths = folders.map((folder) => join(folder, name)).filter(isExecutable);
  const targets = paths.map((path) => realpathSync(path));
  return paths.filter((_, index) => targets.indexOf(targets[index] as string) === index);
}

/**
 * Asks a program for its version; empty when there is no such program or it does not tell.
 *
 * @param path of the executable
 * @param args that make it tell its version
 * @param source how it came here
 * @param env its environment
 */
export function ask(
  path: string,
  args: readonly string[],
  source = "installed",
  env: NodeJS.ProcessEnv = process.env,
): Found[] {
  const { status, stdout, stderr } = spawnSync(path, args, {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
  });
  const version = status === 0 ? (parseVersion(stdout) ?? parseVersion(stderr)) : undefined;
  return version ? [{ path, version, source }] : [];
}
