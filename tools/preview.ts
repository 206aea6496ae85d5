/** `npm run preview`: what a stack in the cloud would become, rehearsed on this machine. */
import { render } from "../infra/rehearsal/report.ts";
import { exitCode, toReport } from "../infra/rehearsal/report-schema.ts";
import { runCommand } from "./command.ts";
import { type AskedStack, cloudStacks, commandOnStack, rehearsalFlags, rehearse } from "./rehearse.ts";

const help = `
npm run preview -- <stack> [--json] [--settings <file>]

Rehearses a stack in the cloud: runs the real program in the real engine, with stand-ins instead of AWS, and
shows every resource that the first \`pulumi up\` would make. Needs no account, no credentials and no network.

  <stack>             ${cloudStacks.join(", ")}
  --json              prints one JSON document, in the form of infra/rehearsal/preview.schema.json
  --settings <file>   settings of the stack, default Pulumi.<stack>.yaml

Ends with 0, or with 1 when the program fails or a stand-in refuses, 2 for wrong arguments, 3 when a stateful or
protected resource would be replaced or deleted.
`;

const nature = "the real program and engine, stand-ins instead of AWS (no account, no credentials).";

async function preview(asked: AskedStack): Promise<number> {
  const { stack, json } = asked;
  const run = await rehearse(asked, (rehearsal) => {
    if (!json) console.log(`Rehearsal of stack "${stack}": ${nature}\n`);
    return rehearsal.preview();
  });
  const report = toReport(stack, run);
  if (json) {
    console.log(JSON.stringify(report, null, 2));
  } else if (report.succeeded) {
    console.log(render(report, process.stdout));
  } else {
    console.error(render(report, process.stderr));
  }
  return exitCode(report);
}

await runCommand(help, rehearsalFlags, commandOnStack(help, preview), true);
