/** `npm run quotas`: what a stack in the cloud needs of AWS's quotas, counted from a rehearsal of it. */
import { type QuotaNeed, quotaNeeds } from "../infra/rehearsal/quotas.ts";
import type { Rehearsal } from "../infra/rehearsal/rehearsal.ts";
import { runCommand } from "./command.ts";
import { type AskedStack, cloudStacks, commandOnStack, rehearsalFlags, rehearse } from "./rehearse.ts";

const help = `
npm run quotas -- <stack> [--json] [--settings <file>]

Lists what a stack needs of each AWS quota when autoscaling is at its most, beside what AWS gives a new account,
and the commands that tell the account's own value and ask for more. Needs no account and no credentials: it
counts the resources of a rehearsal.

  <stack>             ${cloudStacks.join(", ")}
  --json              prints one JSON document: a list, in the form of QuotaNeed in infra/rehearsal/quotas.ts
  --settings <file>   settings of the stack, default Pulumi.<stack>.yaml

Ends with 0, also where something is to be raised: the account may have more than AWS's default. With 1 when the
rehearsal fails, with 2 for wrong arguments.
`;

async function quotas(asked: AskedStack): Promise<number> {
  const needs = await rehearse(asked, needsOf);
  console.log(asked.json ? JSON.stringify(needs, null, 2) : render(asked.stack, needs));
  return 0;
}

await runCommand(help, rehearsalFlags, commandOnStack(help, quotas), true);

/** Of an update and not of a preview, for only what was made has ids by which things are told apart. */
async function needsOf(rehearsal: Rehearsal): Promise<QuotaNeed[]> {
  const { succeeded, steps, diagnostics } = await rehearsal.up();
  if (succeeded) return quotaNeeds(steps);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  throw new Error(errors.map(({ message }) => message).join("\n"));
}

function render(stack: string, needs: readonly QuotaNeed[]): string {
  const raised = needs.filter(({ status }) => status === "raise");
  return [
    `Rehearsal of stack "${stack}": what it needs by itself; what else the account runs comes on top.\n`,
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
