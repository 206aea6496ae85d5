/**
 * The folder of built and fetched parts. Plain JavaScript, because the launcher needs it in any Node ≥ 16.
 */
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** `$XDG_CACHE_HOME/keelson`, or its usual place on this system. */
export function cacheFolder() {
  const usual = process.platform === "darwin" ? ["Library", "Caches"] : [".cache"];
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ...usual), "keelson");
}

/**
 * Puts a folder together beside its place and renames it there whole, so that a folder in its place is
 * never a half-finished one. What an interrupted run left is removed. Of runs at the same time one works
 * and the others wait for it.
 *
 * @param {string} target where the folder goes
 * @param {() => boolean | Promise<boolean>} isWhole whether the target is there and fit for use
 * @param {(partial: string) => Promise<void>} make fills the folder it is given
 * @param {AbortSignal} [signal] stops the waiting
 * @throws {Error} what `make` throws; the target is then as it was
 */
export async function putTogether(target, isWhole, make, signal) {
  await exclusively(
    `${target}.lock`,
    async () => {
      if (await isWhole()) return;
      const partial = `${target}.partial`;
      remove(partial);
      mkdirSync(partial);
      try {
        await make(partial);
        remove(target);
        renameSync(partial, target);
      } finally {
        remove(partial);
      }
    },
    signal,
  );
}

/**
 * Runs the work while no other process of this user holds the same lock. The lock is a symbolic link to
 * its holder's process id: made with its content in one step, and void once that process is gone. The
 * first wait says on standard error whom it is for.
 *
 * @param {string} lock its path; its folder is made
 * @param {() => Promise<void>} work
 * @param {AbortSignal} [signal] stops the waiting
 */
export async function exclusively(lock, work, signal) {
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  while (!(await acquire(lock))) {
    if (!told) process.stderr.write(`waiting for process ${holderOf(lock)}, which holds ${lock} … `);
    told = true;
    await sleep(200, undefined, signal && { signal });
  }
  try {
    await work();
  } finally {
    remove(lock);
  }
}

/** @param {string} lock */
async function acquire(lock) {
  const holder = holderOf(lock);
  if (holder && isAlive(holder)) return false;
  if (holder) remove(lock);
  try {
    symlinkSync(String(process.pid), lock);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
  // Another run may have judged the same dead holder and now remove this lock in its stead.
  await sleep(50);
  return holderOf(lock) === process.pid;
}

/** @param {string} lock */
function holderOf(lock) {
  try {
    return Number(readlinkSync(lock));
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @param {string} path */
function remove(path) {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}
