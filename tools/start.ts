/** `npm start`: brings up stack `local` and says what to open. */
import { styleText } from "node:util";
import { runCommand } from "./command.ts";
import { type LocalStack, openLocalStack, readOutputs, runEngine, settingsOption } from "./local-stack.ts";
import { environment } from "./setup/engine.ts";
import { setUp } from "./setup/setup.ts";

const help = `
npm start [-- --settings <file>]

Sets up what is missing, then brings up the whole platform on this machine with \`pulumi up\` of stack
\`local\`. Run it again after a change, or to heal what has died: what is right already is left alone.

  --settings <file>   settings of the stack, default Pulumi.local.yaml
`;

await runCommand(help, settingsOption, async ({ settings }) => {
  const { pulumi } = await setUp();
  const stack = await openLocalStack(settings, environment(pulumi));
  const code = await runEngine(stack, ["up", "--yes", "--refresh", "--suppress-outputs"]);
  if (code === 0) await showWhatToOpen(stack);
  return code;
});

async function showWhatToOpen(stack: LocalStack): Promise<void> {
  const { url, prometheusUrl, instanceUrls } = await readOutputs(stack);
  const bold = (text: string) => styleText("bold", text);
  console.log(`
${bold("The platform is up.")}
  API, through the edge   ${url}
  Documentation           ${url}/docs
  Prometheus              ${prometheusUrl}
  API instances           ${instanceUrls.join("  ")}
  Data and logs           ${stack.settings.dataFolder}

${bold("Try")}
  curl '${url}/v1/businesses?state=CA&limit=2'
  curl '${url}/reference/localities?zip=90210'
  curl '${url}/codes/price?zip=90210&code=G0011&setting=office&year=2025'

npm run down ends it; its data is kept.`);
}
