/** Brings the database up to the newest schema: `node services/api/src/migrate.ts`. */
import { join } from "node:path";
import { runner } from "node-pg-migrate";
import type pg from "pg";
import { connect } from "./data/connection.ts";

/**
 * Applies the migrations that are missing, all or none. Several programs may do so at once: each waits
 * for the one before.
 *
 * @param client connected as the schema's owner
 * @param schema which to bring up, by default `public`
 * @returns the names of the migrations that were applied, in order
 * @throws Error of the first migration that fails
 */
export async function migrate(client: pg.Client, schema = "public"): Promise<string[]> {
  const applied = await runner({
    dbClient: client,
    schema,
    dir: join(import.meta.dirname, "../migrations"),
    ignorePattern: "(?!.*\\.sql$).*",
    migrationsTable: "migration",
    direction: "up",
    singleTransaction: true,
    advisoryLockMode: "wait",
    logger: { info: () => {}, warn: console.warn, error: console.error },
  });
  return applied.map(({ name }) => name);
}

async function main(): Promise<void> {
  const client = await connect(process.env);
  client.on("notice", ({ message }) => console.warn(message));
  try {
    const applied = await migrate(client);
    for (const name of applied) console.log(`applied ${name}`);
    if (applied.length === 0) console.log("the schema is up to date");
  } finally {
    await client.end();
  }
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
