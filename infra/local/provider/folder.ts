/** Whether a folder can be used for data. */
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Tries what permissions alone do not tell: a file system may be read-only, or full. Nothing stays behind.
 *
 * @param folder one that need not exist yet
 * @returns the folder nearest to it that exists, when that cannot be written to; else nothing
 */
export function notWritable(folder: string): string | undefined {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    rmdirSync(mkdtempSync(join(existing, ".writable-")));
    return undefined;
  } catch {
    return existing;
  }
}
