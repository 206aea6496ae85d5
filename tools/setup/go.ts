/** Programs built with Go from modules whose versions and checksums are kept here, `<module>/go.{mod,sum}`. */
import { join } from "node:path";
import { find, type Part } from "./part.ts";
import { ask, programFolders, programs } from "./programs.ts";
import { run } from "./run.mjs";
import { compareVersions } from "./version.ts";

/** Go, which only these builds need. */
export const go: Part = {
  name: "Go",
  minimum: "1.24.7",
  purpose: "which builds the Pulumi engine where it cannot be downloaded",
  disables: "nothing, once there are a Pulumi engine and k6",
  supply: { sources: [], advice: () => "Install Go: https://go.dev/dl/" },
  look: () => programs("go", programFolders()).flatMap((path) => ask(path, ["version"])),
};

/** Whether there is a Go of that version or newer. */
export function hasGo(minimum: string): boolean {
  const found = find(go);
  return found !== undefined && compareVersions(found.version, minimum) >= 0;
}

/**
 * Builds the tool of a module, from exactly what its go.sum names.
 *
 * @param module its folder, below this file's
 * @param folder where the program goes
 * @param linkerFlags such as `-X package.Variable=value`
 * @throws Error with Go's words
 */
export async function buildTool(
  module: string,
  folder: string,
  signal: AbortSignal,
  linkerFlags = "",
): Promise<void> {
  const flags = ["-mod=readonly", "-trimpath", "-ldflags", `-s -w ${linkerFlags}`, "-o", `${folder}/`];
  // Go's own temporary files are kept there too, so that an interrupted build leaves nothing.
  const env = { ...environment(), GOTMPDIR: folder };
  await run("go", ["build", ...flags, "tool"], { cwd: moduleFolder(module), env, signal });
}

/** Where the sources are of a module that another one requires. */
export async function sourceFolder(module: string, required: string): Promise<string> {
  const args = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", required];
  return (await run("go", args, { cwd: moduleFolder(module), env: environment() })).trim();
}

function moduleFolder(module: string): string {
  return join(import.meta.dirname, module);
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOWORK: "off" };
}
