/** `npm test`: types, style and every test. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repository } from "./local-stack.ts";
import { environment } from "./setup/engine.ts";
import { setUp } from "./setup/setup.ts";

const binaries = join(repository, "node_modules/.bin");

/** Arguments go to vitest, which then runs alone: `npm test -- settings`, `npm test -- --project unit`. */
const filters = process.argv.slice(2);
const checks = [["tsc"], ["biome", "check", "--error-on-warnings", "."]];
const commands = [...(filters.length > 0 ? [] : checks), ["vitest", "run", ...filters]];

try {
  const env = environment((await setUp()).pulumi);
  for (const [program = "", ...args] of commands) {
    const child = spawn(join(binaries, program), args, { cwd: repository, env, stdio: "inherit" });
    const [code] = await once(child, "exit");
    if (code !== 0) {
      process.exitCode = code ?? 1;
      break;
    }
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
