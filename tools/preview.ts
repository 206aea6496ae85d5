/** `npm run preview`: what a stack in the cloud would become, rehearsed on this machine. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../infra/rehearsal/events.ts";
import { openRehearsal, type RehearsalOptions } from "../infra/rehearsal/rehearsal.ts";
import { render } from "../infra/rehearsal/report.ts";
import { exitCode, toReport } from "../infra/rehearsal/report-schema.ts";
import { type Command, runCommand } from "./command.ts";
import { environment } from "./setup/engine.ts";
import { repository } from "./setup/node.mjs";
import { interruptible } from "./setup/run.mjs";
import { setUp } from "./setup/setup.ts";
import { readConfig, type StackConfig } from "./stack.ts";

const stacks = cloudStacks();

const help = `
npm run preview -- <stack> [--json] [--settings <file>]

Rehearses a stack in the cloud: runs the real program in the real engine, with stand-ins instead of AWS, and
shows every resource that the first \`pulumi up\` would make. Needs no account, no credentials and no network.

  <stack>             ${stacks.join(", ")}
  --json              prints one JSON document, in the form of infra/rehearsal/preview.schema.json
  --settings <file>   settings of the stack, default Pulumi.<stack>.yaml

Ends with 0, or with 1 when the program fails or a stand-in refuses, 2 for wrong arguments, 3 when a stateful or
protected resource would be replaced or deleted.
`;

const options = { json: { type: "boolean", default: false }, settings: { type: "string" } } as const;

const preview: Command<typeof options> = async ({ json, settings }, words) => {
  const [stack = ""] = words;
  if (words.length !== 1 || !stacks.includes(stack)) {
    console.error(
      `stack: found ${words.join(" ") || "nothing"}, allowed: ${stacks.join(", ")}\n${help.trimEnd()}`,
    );
    return 2;
  }
  const config = readCloudConfig(settings ?? join(repository, `Pulumi.${stack}.yaml`));
  const { pulumi } = await setUp(["pulumi"]);
  if (!json) console.log(`Rehearsal of stack "${stack}": ${nature}\n`);
  const run = await interruptible((signal) =>
    rehearse({ stack, config, engine: environment(pulumi), signal, progress: showProgress }),
  ).finally(clearProgress);
  const report = toReport(stack, run);
  if (json) {
    console.log(JSON.stringify(report, null, 2));
  } else if (report.succeeded) {
    console.log(render(report, process.stdout));
  } else {
    console.error(render(report, process.stderr));
  }
  return exitCode(report);
};

/** How often a log that is no terminal is told, in resources. */
const loggedResources = 100;

const nature = "the real program and engine, stand-ins instead of AWS (no account, no credentials).";

await runCommand(help, options, preview, true);

/** Stacks with a settings file, but for the one of this machine. */
function cloudStacks(): string[] {
  const names = readdirSync(repository).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined && name !== "local") as string[];
}

function readCloudConfig(file: string): StackConfig {
  const config = readConfig(file);
  if (config["keelson:environment"] !== "local") return config;
  throw new Error(
    `${file} is for environment "local", which \`npm start\` brings up: there is nothing to rehearse.`,
  );
}

async function rehearse(rehearsalOptions: RehearsalOptions): Promise<Run> {
  const rehearsal = await openRehearsal(rehearsalOptions);
  try {
    return await rehearsal.preview();
  } finally {
    await rehearsal.close();
  }
}

function showProgress(resources: number): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r${resources} resources …`);
  } else if (resources % loggedResources === 0) {
    console.error(`${resources} resources …`);
  }
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
}
