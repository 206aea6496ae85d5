/** Loads reference data and a generated directory: `node services/api/src/data/load.ts --help`. */
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { connect } from "./connection.ts";
import { type Dataset, type Load, loadDatasets } from "./dataset.ts";
import { generatedDirectory } from "./directory-dataset.ts";
import { officialReference, ownReference } from "./reference-dataset.ts";

async function main(): Promise<void> {
  const asked = readArguments(process.argv.slice(2));
  if (asked.help) {
    console.log(usage);
    return;
  }
  const started = performance.now();
  const client = await connect(process.env);
  try {
    const loads = await loadDatasets(client, datasetsOf(asked));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    for (const load of loads) console.log(summary(load));
    console.log(`done in ${seconds} s`);
  } finally {
    await client.end();
  }
}

function datasetsOf({ businesses, seed, official }: Arguments): Dataset[] {
  const reference = official ? officialReference(official) : ownReference();
  return businesses ? [reference, generatedDirectory(businesses, seed, console.log)] : [reference];
}

function summary({ dataset, rows }: Load): string {
  return `${dataset.name}: ${rows === undefined ? "already loaded" : `${rows.toLocaleString("en-US")} rows`}`;
}

/** Adds the next step, or the row that PostgreSQL names. */
function explain({ message, code, detail }: Error & { code?: string; detail?: string }): string {
  const undefinedTable = "42P01";
  const next =
    code === undefinedTable ? "Bring up the schema first: node services/api/src/migrate.ts" : detail;
  return [message, next].filter(Boolean).join("\n");
}

await main().catch((error: Error) => {
  console.error(explain(error));
  process.exitCode = 1;
});
