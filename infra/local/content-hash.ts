/** A short hash of what a program is made of, which stands for its version as an image's digest would. */
import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** @param paths files, and folders with all that is in them but their tests */
export function contentHash(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesOf(path)) hash.update(`${file}\0`).update(readFileSync(join(path, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [""];
  return globSync("**/*", { cwd: path, withFileTypes: true, exclude: ["**/*.test.ts"] })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}
