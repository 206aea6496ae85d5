/** `npm test`: types, style and every test. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { environment } from "./setup/engine.ts";
import { repository } from "./setup/node.mjs";
import { setUp } from "./setup/setup.ts";

const help = `
npm test [-- <words or flags for vitest>]

Sets up what is missing, then checks types and style and runs every test, on platforms of their own. With
arguments only vitest runs, with these: \`npm test -- settings\`, \`npm test -- --project unit\`, and
\`npm test -- --project stacks\`, which rehearses the whole life of every cloud stack (some minutes).`;

const binaries = join(repository, "node_modules/.bin");
const filters = process.argv.slice(2);
const checks = [["tsc"], ["biome", "check", "--error-on-warnings", "."]];
/** The whole life of every cloud stack takes minutes more, and is continuous integration's. */
const everything = ["--project", "!stacks"];
const commands =
  filters.length > 0 ? [["vitest", "run", ...filters]] : [...checks, ["vitest", "run", ...everything]];

async function runAll(): Promise<number> {
  const env = environment((await setUp()).pulumi);
  for (const [program = "", ...args] of commands) {
    const child = spawn(join(binaries, program), args, { cwd: repository, env, stdio: "inherit" });
    const [code] = await once(child, "exit");
    if (code !== 0) return code ?? 1;
  }
  return 0;
}

if (filters.includes("--help")) {
  console.log(help.trim());
} else {
  process.exitCode = await runAll().catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
}
