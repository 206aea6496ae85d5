/** Sets of rows that are loaded whole, and only when they changed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type pg from "pg";

export interface Dataset {
  /** Under which its load is recorded. */
  readonly name: string;
  /** Stands for everything that its rows depend on. */
  readonly fingerprint: string;
  /** The tables it fills. */
  readonly tables: readonly string[];
  /** Replaces its rows. @returns how many it wrote */
  replace(client: pg.Client): Promise<number>;
}

/** A dataset that was brought up to date, with the rows written; none when it was loaded already. */
export interface Load {
  readonly dataset: Dataset;
  readonly rows: number | undefined;
}

/**
 * Brings datasets up to date in one transaction: readers see all of the old rows, then all of the new ones.
 * Other loads and writes to the same tables wait.
 *
 * @throws what a dataset throws; then nothing has changed
 */
export async function loadDatasets(client: pg.Client, datasets: readonly Dataset[]): Promise<Load[]> {
  const loads = await inTransaction(client, async () => {
    // Self-conflicting, so that of two loaders the second finds what the first has recorded.
    await client.query("lock table dataset in share row exclusive mode");
    const loads: Load[] = [];
    for (const dataset of datasets) loads.push({ dataset, rows: await bringUpToDate(client, dataset) });
    return loads;
  });
  const changed = loads.filter(({ rows }) => rows !== undefined).flatMap(({ dataset }) => dataset.tables);
  // Clears what was replaced, and tells the planner what is there now.
  if (changed.length > 0) await client.query(`vacuum (analyze) ${changed.join(", ")}`);
  return loads;
}

async function bringUpToDate(client: pg.Client, dataset: Dataset): Promise<number | undefined> {
  const { name, fingerprint, tables } = dataset;
  const recorded = await client.query("select from dataset where name = $1 and fingerprint = $2", [
    name,
    fingerprint,
  ]);
  if (recorded.rowCount) return undefined;
  await client.query(`lock table ${tables.join(", ")} in share row exclusive mode`);
  const rows = await dataset.replace(client);
  await client.query(
    `insert into dataset (name, fingerprint, rows) values ($1, $2, $3)
     on conflict (name) do update
     set fingerprint = excluded.fingerprint, rows = excluded.rows, loaded_at = now()`,
    [name, fingerprint, rows],
  );
  return rows;
}

async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    // Where the connection broke, the server has rolled back, and the first error is the one to tell.
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

/** A hash of parameters and of the content of files. */
export function fingerprintOf(parameters: object, files: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(parameters));
  for (const file of files) hash.update(createHash("sha256").update(readFileSync(file)).digest());
  return hash.digest("hex");
}
