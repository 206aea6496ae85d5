/** The Pulumi engine: one that is installed, else the official download, else a build from Go modules. */
import { chmodSync, copyFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder, putTogether } from "./cache.mjs";
import { buildTool, go, hasGo, sourceFolder } from "./go.ts";
import { withNode } from "./node.mjs";
import type { Found, Part, Source } from "./part.ts";
import { ask, programFolders, programs } from "./programs.ts";
import { run } from "./run.mjs";

/** The oldest engine that will do, and the one that is built (`engine/cli/go.mod`). */
const OLDEST = "3.220.0";

/** Release of the npm package `pulumi`, which downloads the engine of the same version. */
const OFFICIAL = "3.265.0";

/** Release of the language host that is built (`engine/language-host/go.mod`): the newest in Go modules. */
const LANGUAGE_HOST = "3.68.0";

/** Starters of dynamic providers and policy packs, ready-made in the SDK's Go module. */
const STARTERS = ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"];

/** How long the official download may take, in ms. */
const DOWNLOAD_TIME = 5 * 60_000;

const officialFolder = join(cacheFolder(), `pulumi-${OFFICIAL}`);
const builtFolder = join(cacheFolder(), `pulumi-${OLDEST}`);
const builtEngine = join(builtFolder, "pulumi");

/** Where the npm package puts the engine, below what it takes for Pulumi's home. */
function downloaded(home: string): string {
  return join(home, "versions", OFFICIAL, "bin", "pulumi");
}

const officialDownload: Source = {
  name: "npm package pulumi",
  isAvailable: () => true,
  announce: () => `Fetching the Pulumi engine ${OFFICIAL} by its npm package (about 1 min)`,
  provide: (_missing, signal) =>
    putTogether(
      officialFolder,
      () => askEngine(downloaded(officialFolder)).length > 0,
      async (home) => {
        await run("npm", ["install", "--prefix", home, `pulumi@${OFFICIAL}`], { signal });
        const downloader = join(home, "node_modules", "pulumi", "run.js");
        const env = { ...process.env, PULUMI_HOME: home, PULUMI_VERSION: OFFICIAL };
        await run(process.execPath, [downloader, "version"], { env, timeout: DOWNLOAD_TIME, signal });
      },
      signal,
    ),
};

const goBuild: Source = {
  name: "build from Go modules",
  isAvailable: () => hasGo(go.minimum),
  announce: () => `Building the Pulumi engine ${OLDEST} from its Go modules (2 to 4 min)`,
  provide: (_missing, signal) =>
    putTogether(
      builtFolder,
      () => askEngine(builtEngine).length > 0,
      async (folder) => {
        await buildTool("engine/cli", folder, signal, versionFlag(OLDEST));
        await buildTool("engine/language-host", folder, signal, versionFlag(LANGUAGE_HOST));
        await copyStarters(folder);
      },
      signal,
    ),
};

function versionFlag(version: string): string {
  return `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
}

async function copyStarters(folder: string): Promise<void> {
  const sdk = await sourceFolder("engine/cli", "github.com/pulumi/pulumi/sdk/v3");
  for (const starter of STARTERS) {
    copyFileSync(join(sdk, "nodejs", "dist", starter), join(folder, starter));
    chmodSync(join(folder, starter), 0o755);
  }
}

function engineFlags(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** The Pulumi engine with its Node language host beside it or on PATH. */
export const engine: Part = {
  name: "Pulumi engine",
  minimum: OLDEST,
  purpose: "which previews and applies the stacks",
  disables: "every command that previews, starts or ends a stack, and the tests of stacks",
  supply: {
    sources: [officialDownload, goBuild],
    advice: () =>
      `Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go ${go.minimum} or newer ` +
      "(https://go.dev/dl/) to have it built by the next run of the command.",
  },
  look: () => {
    const home = process.env.PULUMI_HOME || join(homedir(), ".pulumi");
    return [
      ...programs("pulumi", programFolders()).flatMap((path) => askEngine(path, "installed")),
      ...askEngine(downloaded(home), "official download"),
      ...askEngine(downloaded(officialFolder), "official download"),
      ...askEngine(builtEngine, "built from Go modules"),
    ];
  },
};

function askEngine(path: string, source?: string): Found[] {
  return ask(path, ["version"], source, engineFlags());
}

/** The environment to run this engine in, with it and this Node first on PATH. */
export function environment(pulumi: Found): NodeJS.ProcessEnv {
  const env = withNode(process.execPath, engineFlags());
  return { ...env, PATH: [dirname(pulumi.path), env.PATH].join(delimiter) };
}
