/** k6, which sends the load: the installed one, else a build from its Go module. */
import { join } from "node:path";
import { cacheFolder, putTogether } from "./cache.mjs";
import { buildTool, hasGo } from "./go.ts";
import type { Part, Source } from "./part.ts";
import { ask, programFolders, programs } from "./programs.ts";

/** The release that is built (`k6/go.mod`). */
const BUILT = "1.8.1";

/** The oldest Go that builds it. */
const GO = "1.25";

const builtFolder = join(cacheFolder(), `k6-${BUILT}`);
const built = join(builtFolder, "k6");

const goBuild: Source = {
  name: "build from Go modules",
  isAvailable: () => hasGo(GO),
  announce: () => `Building k6 ${BUILT} from its Go module (1 to 2 min)`,
  provide: (_missing, signal) =>
    putTogether(
      builtFolder,
      () => ask(built, ["version"]).length > 0,
      (folder) => buildTool("k6", folder, signal),
      signal,
    ),
};

/** k6 1.x: the first major that runs TypeScript as it is. */
export const k6: Part = {
  name: "k6",
  minimum: "1.0",
  purpose: "which sends the load of the load tests",
  disables: "npm run load",
  supply: {
    sources: [goBuild],
    advice: () =>
      `Install k6 (https://grafana.com/docs/k6/latest/set-up/install-k6/), or Go ${GO} or newer ` +
      "(https://go.dev/dl/) to have it built by the next run of the command.",
  },
  look: () => [
    ...programs("k6", programFolders()).flatMap((path) => ask(path, ["version"])),
    ...ask(built, ["version"], "built from Go modules"),
  ],
};
