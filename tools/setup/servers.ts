/** The servers of stack `local`: found on this machine, or installed by its package manager. */
import { existsSync, globSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Found, findAll, type Part, type Source, type Supply } from "./part.ts";
import { ask, isExecutable, programFolders, programs } from "./programs.ts";
import { run } from "./run.mjs";
import { compareVersions } from "./version.ts";

/** What of PostgreSQL the platform runs. */
const POSTGRES_PROGRAMS = ["initdb", "postgres", "pg_ctl", "pg_basebackup", "psql"];

/** Where package managers put PostgreSQL's programs without naming them all on PATH. */
const POSTGRES_FOLDERS = [
  "/usr/lib/postgresql/*/bin",
  "/usr/pgsql-*/bin",
  "/opt/homebrew/opt/postgresql@*/bin",
  "/usr/local/opt/postgresql@*/bin",
  "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
];

/** Where the servers' programs are looked for, unless told otherwise. */
function serverFolders(): string[] {
  return [...programFolders(), ...globSync(POSTGRES_FOLDERS)];
}

/**
 * The servers' parts.
 *
 * @param folders where their programs are looked for
 * @param supply where missing ones come from
 */
export function serverParts(folders = serverFolders(), supply = packageManagers) {
  const look = (program: string, versionFlag: string) => () =>
    programs(program, folders).flatMap((path) => ask(path, [versionFlag]));
  const disables = "npm start, and the tests that run the servers";
  return {
    redisServer: {
      name: "Redis server",
      minimum: "7.0",
      purpose: "whose cluster is the shared cache",
      disables,
      supply,
      packages: { apt: "redis-server", brew: "redis" },
      look: look("redis-server", "--version"),
    },
    redisClient: {
      name: "redis-cli",
      minimum: "7.0",
      purpose: "which forms the Redis Cluster",
      disables,
      supply,
      packages: { apt: "redis-server", brew: "redis" },
      look: look("redis-cli", "--version"),
    },
    postgres: {
      name: "PostgreSQL server",
      minimum: "15",
      purpose: "which is the database and its replicas",
      disables,
      supply,
      packages: { apt: "postgresql", brew: "postgresql@17" },
      look: () => lookForPostgres(folders),
    },
    haproxy: {
      name: "HAProxy",
      minimum: "2.6",
      purpose: "which is the edge: cache and load balancer",
      disables,
      supply,
      packages: { apt: "haproxy", brew: "haproxy" },
      look: look("haproxy", "-v"),
    },
    prometheus: {
      name: "Prometheus",
      minimum: "2.40",
      purpose: "which collects the metrics and evaluates the rules",
      disables,
      supply,
      packages: { apt: "prometheus", brew: "prometheus" },
      look: look("prometheus", "--version"),
    },
    promtool: {
      name: "promtool",
      minimum: "2.40",
      purpose: "which tests the alert rules",
      disables: "the tests of the alert rules",
      supply,
      packages: { apt: "prometheus", brew: "prometheus" },
      look: look("promtool", "--version"),
    },
  } satisfies Record<string, Part>;
}

export type ServerName = keyof ReturnType<typeof serverParts>;

/**
 * Paths of the servers' programs; of PostgreSQL the folder that holds them.
 *
 * @throws Error that lists all that are missing and the command that installs them
 */
export function findServers(folders = serverFolders()): Record<ServerName, string> {
  const found = findAll(serverParts(folders));
  return Object.fromEntries(Object.entries(found).map(([name, { path }]) => [name, path])) as Record<
    ServerName,
    string
  >;
}

/** The folders that hold all of PostgreSQL's programs, newest first. PATH may link to some of them only. */
function lookForPostgres(folders: readonly string[]): Found[] {
  const complete = programs("postgres", folders)
    .map((path) => dirname(realpathSync(path)))
    .filter((folder) => POSTGRES_PROGRAMS.every((program) => isExecutable(join(folder, program))));
  return complete
    .flatMap((folder) =>
      ask(join(folder, "postgres"), ["--version"]).map((found) => ({ ...found, path: folder })),
    )
    .sort((a, b) => compareVersions(b.version, a.version));
}

type PackageManager = "apt" | "brew";

/** Packages to install for the missing parts, each once. */
function packagesFor(missing: readonly Part[], manager: PackageManager): string[] {
  return [...new Set(missing.flatMap(({ packages }) => packages?.[manager] ?? []))];
}

function announcePackages(missing: readonly Part[], manager: PackageManager, command: string): string {
  return `Installing ${packagesFor(missing, manager).join(", ")} with ${command} (about 1 min)`;
}

const APT_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"];

const apt: Source = {
  name: "apt-get",
  isAvailable: () => has("apt-get") && (isRoot() || ask("sudo", ["-n", "echo", "1"]).length > 0),
  announce: (missing) => announcePackages(missing, "apt", "apt-get"),
  provide: async (missing) => {
    const packages = packagesFor(missing, "apt");
    const services = existsSync("/run/systemd/system") ? await withoutService(packages) : [];
    // Stale lists are no mistake by themselves: the installation tells whether it needs newer ones.
    await asRoot(["apt-get", "update"]).catch(() => {});
    await asRoot([...APT_INSTALL, ...packages]);
    if (services.length > 0) await asRoot(["systemctl", "disable", "--now", ...services]);
  },
};

const brew: Source = {
  name: "Homebrew",
  isAvailable: () => has("brew"),
  announce: (missing) => announcePackages(missing, "brew", "Homebrew"),
  provide: async (missing) => {
    await run("brew", ["install", ...packagesFor(missing, "brew")]);
  },
};

const packageManagers: Supply = {
  sources: [apt, brew],
  advice: (missing) => {
    if (has("apt-get")) return `Install: sudo ${[...APT_INSTALL, ...packagesFor(missing, "apt")].join(" ")}`;
    if (has("brew")) return `Install: brew install ${packagesFor(missing, "brew").join(" ")}`;
    return "Install them with the package manager of this system, or Homebrew (https://brew.sh) and run the command again.";
  },
};

/** Of these packages, those whose service is not there yet, so that it is the installation that starts it. */
async function withoutService(packages: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    packages.map((name) =>
      run("systemctl", ["cat", name]).then(
        () => true,
        () => false,
      ),
    ),
  );
  return packages.filter((_, index) => !there[index]);
}

/** Not interruptible: half an installation is worse than a late end, and apt-get minds Ctrl-C itself. */
async function asRoot(command: readonly string[]): Promise<void> {
  const sudo = isRoot() ? [] : ["sudo", "-n"];
  const [program, ...args] = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", ...command];
  await run(program as string, args);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function has(program: string): boolean {
  return programs(program, programFolders()).length > 0;
}
