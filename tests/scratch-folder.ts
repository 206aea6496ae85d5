/** A folder that programs run by a test take for the system's temporary one: what they leave behind is seen. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ScratchFolder {
  readonly path: string;
  /** Ids of the processes that were started with it, or with a folder in it; known on Linux only. */
  processes(): string[];
  remove(): void;
}

export function makeScratchFolder(): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), "keelson-test-"));
  return {
    path,
    processes: () => globSync("/proc/[0-9]*").filter((folder) => environmentOf(folder).includes(path)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** @param folder of a process in /proc; one that has just ended has none */
function environmentOf(folder: string): string {
  try {
    return readFileSync(join(folder, "environ"), "utf8");
  } catch {
    return "";
  }
}
