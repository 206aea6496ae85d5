/** `npm run down`: ends stack `local`. */
import { runCommand } from "./command.ts";
import { openLocalStack, purge, runEngine, settingsOption } from "./local-stack.ts";
import { environment } from "./setup/engine.ts";
import { setUp } from "./setup/setup.ts";

const help = `
npm run down [-- --purge --settings <file>]

Ends every process of stack \`local\`. Its data stays, and the next \`npm start\` finds it.

  --purge             remove the data, the logs and the stack's state as well
  --settings <file>   settings of the stack, default Pulumi.local.yaml
`;

const options = { ...settingsOption, purge: { type: "boolean", default: false } } as const;

await runCommand(help, options, async ({ settings, purge: removeData }) => {
  const { pulumi } = await setUp(["pulumi"]);
  const stack = await openLocalStack(settings, environment(pulumi));
  const code = await runEngine(stack, ["destroy", "--yes", "--skip-preview"]);
  if (code === 0 && removeData) purge(stack);
  return code;
});
