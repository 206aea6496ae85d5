/** Whether a folder can be used for data. */
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Tries what permissions alone do not tell: a file system may be read-only, or full. Nothing stays behind.
 *
 * @param folder one that need not exist yet
 * @returns why not, and what to do about it; nothing when it can
 */
export function notWritable(folder: string): string | undefined {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    rmdirSync(mkdtempSync(join(existing, ".writable-")));
    return undefined;
  } catch {
    return `${existing} cannot be written to; set keelson:dataFolder to a folder that can`;
  }
}
