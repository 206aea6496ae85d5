/** `npm run quotas`: what a stack in the cloud needs of AWS's quotas, counted from a rehearsal of it. */
import { join } from "node:path";
import { type QuotaNeed, quotaNeeds } from "../infra/rehearsal/quotas.ts";
import { openRehearsal, type RehearsalOptions } from "../infra/rehearsal/rehearsal.ts";
import { type Command, runCommand } from "./command.ts";
import { environment } from "./setup/engine.ts";
import { repository } from "./setup/node.mjs";
import { interruptible } from "./setup/run.mjs";
import { setUp } from "./setup/setup.ts";
import { readConfig } from "./stack.ts";

const help = `
npm run quotas -- <stack> [--json] [--settings <file>]

Lists what a stack needs of each AWS quota when autoscaling is at its most, beside what AWS gives a new account,
and the commands that tell the account's own value and ask for more. Needs no account and no credentials: it
counts the resources of a rehearsal.

  <stack>             dev, staging, prod, or any other with a settings file
  --json              prints one JSON document: a list, in the form of QuotaNeed in infra/rehearsal/quotas.ts
  --settings <file>   settings of the stack, default Pulumi.<stack>.yaml

Ends with 0, also where something is to be raised: the account may have more than AWS's default. With 1 when the
rehearsal fails, with 2 for wrong arguments.
`;

const options = { json: { type: "boolean", default: false }, settings: { type: "string" } } as const;

const quotas: Command<typeof options> = async ({ json, settings }, words) => {
  const [stack = ""] = words;
  if (words.length !== 1 || !/^[\w.-]+$/.test(stack)) {
    console.error(`stack: found ${words.join(" ") || "nothing"}, allowed: one stack\n${help.trimEnd()}`);
    return 2;
  }
  const config = readConfig(settings ?? join(repository, `Pulumi.${stack}.yaml`));
  if (config["keelson:environment"] === "local") {
    throw new Error(`Stack "${stack}" runs on this machine: it needs nothing of AWS.`);
  }
  const { pulumi } = await setUp(["pulumi"]);
  const needs = await interruptible((signal) =>
    rehearsedNeeds({ stack, config, engine: environment(pulumi), signal }),
  );
  console.log(json ? JSON.stringify(needs, null, 2) : render(stack, needs));
  return 0;
};

await runCommand(help, options, quotas, true);

/** Of an update and not of a preview, for only what was made has ids by which things are told apart. */
async function rehearsedNeeds(rehearsalOptions: RehearsalOptions): Promise<QuotaNeed[]> {
  const rehearsal = await openRehearsal(rehearsalOptions);
  try {
    const { succeeded, steps, diagnostics } = await rehearsal.up();
    if (succeeded) return quotaNeeds(steps);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    throw new Error(errors.map(({ message }) => message).join("\n"));
  } finally {
    await rehearsal.close();
  }
}

function render(stack: string, needs: readonly QuotaNeed[]): string {
  const raised = needs.filter(({ status }) => status === "raise");
  return [
    `What stack "${stack}" needs by itself; what else the account runs comes on top.\n`,
    table(needs),
    raised.length > 0
      ? "\nMore than AWS's default. The account's own value, and the request for more:\n"
      : "",
    ...raised.map(commands),
    "Source and command of every quota: --json",
  ].join("\n");
}

function table(needs: readonly QuotaNeed[]): string {
  const rows = needs.map(({ status, service, name, needed, ...need }) => [
    status === "raise" ? "✗" : "✓",
    service,
    name,
    `${needed}`,
    `${need.default}`,
    need.counted,
  ]);
  const all = [["", "service", "quota", "needed", "default", "counted"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function commands({ name, read, request }: QuotaNeed): string {
  return [`  ${name}`, `    ${read}`, ...(request ? [`    ${request}`] : []), ""].join("\n");
}
