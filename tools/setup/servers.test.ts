import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { find, provideAll } from "./part.ts";
import { findServers, serverParts } from "./servers.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keelson-servers-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** All but PostgreSQL, in one folder. */
function servers(bin: string): void {
  program(join(bin, "redis-server"), "Redis server v=7.0.15");
  program(join(bin, "redis-cli"), "redis-cli 7.0.15");
  program(join(bin, "haproxy"), "HAProxy version 2.6.12");
  program(join(bin, "prometheus"), "prometheus, version 2.42.0");
  program(join(bin, "promtool"), "promtool, version 2.42.0");
}

function script(path: string, source: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), `#!/bin/sh\n${source}\n`);
  chmodSync(join(folder, path), 0o755);
}

function program(path: string, says: string): void {
  script(path, `echo '${says}'`);
}

function postgres(bin: string, version: string, missing?: string): void {
  for (const name of ["initdb", "postgres", "pg_ctl", "pg_basebackup", "psql"]) {
    if (name !== missing) program(join(bin, name), `${name} (PostgreSQL) ${version}`);
  }
}

test("with none of them here, one error lists them all", () => {
  expect(() => findServers([folder])).toThrow(
    /Redis server 7\.0.*\n.*redis-cli 7\.0.*\n.*PostgreSQL server 15 .*\n.*HAProxy 2\.6.*\n.*Prometheus 2\.40.*\n.*promtool 2\.40/,
  );
});

test("gives the path of each program, and PostgreSQL's folder", () => {
  servers("bin");
  postgres("pg/15/bin", "15.18");
  expect(findServers([join(folder, "bin"), join(folder, "pg/15/bin")])).toEqual({
    redisServer: join(folder, "bin/redis-server"),
    redisClient: join(folder, "bin/redis-cli"),
    postgres: join(folder, "pg/15/bin"),
    haproxy: join(folder, "bin/haproxy"),
    prometheus: join(folder, "bin/prometheus"),
    promtool: join(folder, "bin/promtool"),
  });
});

test("takes the newest whole PostgreSQL, also behind a link on PATH", () => {
  postgres("pg/15/bin", "15.18");
  postgres("pg/17/bin", "17.2");
  postgres("pg/18/bin", "18.0", "pg_basebackup");
  mkdirSync(join(folder, "path"));
  symlinkSync(join(folder, "pg/17/bin/postgres"), join(folder, "path/postgres"));
  const folders = ["path", "pg/15/bin", "pg/18/bin"].map((path) => join(folder, path));
  expect(find(serverParts(folders).postgres)).toMatchObject({
    path: join(folder, "pg/17/bin"),
    version: "17.2",
  });
});

test("passes over a program that does not run", () => {
  script("bin/haproxy", "echo libcrypt.so.99: cannot open shared object file >&2; exit 127");
  expect(find(serverParts([join(folder, "bin")]).haproxy)).toBeUndefined();
});

test("passes over a program that is too old", () => {
  program("old/redis-server", "Redis server v=6.2.1");
  program("new/redis-server", "Redis server v=7.2.0");
  const folders = [join(folder, "old"), join(folder, "new")];
  expect(find(serverParts(folders).redisServer)?.path).toBe(join(folder, "new/redis-server"));
  expect(() => findServers([join(folder, "old")])).toThrow(/Redis server 7\.0 .*\(found 6\.2\.1/);
});

test("apt-get installs all that is missing at once, each package named once", async () => {
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  servers("depot");
  postgres("depot", "15.18");
  const installed = join(folder, "installed");
  script(
    "path/apt-get",
    `echo "$@" >> '${folder}/log'; [ "$1" = update ] || /bin/mv '${folder}/depot' '${installed}'`,
  );
  script("path/sudo", `shift; exec "$@"`);
  script("path/systemctl", "exit $([ $1 = disable ]; echo $?)");
  for (const tool of ["env", "echo"]) symlinkSync(`/usr/bin/${tool}`, join(folder, "path", tool));
  vi.stubEnv("PATH", join(folder, "path"));

  const found = await provideAll(serverParts([installed]));
  expect(found.haproxy.path).toBe(join(installed, "haproxy"));
  expect(readFileSync(join(folder, "log"), "utf8")).toBe(
    "update\ninstall -y --no-install-recommends redis-server postgresql haproxy prometheus\n",
  );
});
