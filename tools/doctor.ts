/** `npm run doctor`: what is here of all that the commands need. Installs nothing. */
import { styleText } from "node:util";
import { runCommand } from "./command.ts";
import { cacheFolder } from "./setup/cache.mjs";
import { go } from "./setup/go.ts";
import { k6 } from "./setup/k6.ts";
import { OLDEST_NODE, packageFolder, packagesAreCurrent } from "./setup/node.mjs";
import { type Found, find, type Part } from "./setup/part.ts";
import { localStackParts } from "./setup/setup.ts";

const help = `
npm run doctor [-- --json]

Shows what is here of all that the commands need, what each missing part disables and how to get it.
Installs nothing: the commands that need a part do, where they can. Ends with 1 when npm start or npm test
lacks something.

  --json   the same as JSON
`;

const options = { json: { type: "boolean", default: false } } as const;

/** What is known of one part. */
interface Finding {
  readonly name: string;
  /** The oldest version that will do. */
  readonly minimum?: string;
  /** Whether `npm start` and `npm test` lack it when it is missing. */
  readonly needed: boolean;
  readonly found: Found | null;
  /** What does not work without it. */
  readonly disables: string;
  readonly advice: string;
}

const node: Part = {
  name: "Node",
  minimum: `${OLDEST_NODE}`,
  purpose: "which runs the commands",
  disables: "every command",
  supply: { sources: [], advice: () => "Install Node: https://nodejs.org/en/download" },
  look: () => {
    const source = process.execPath.startsWith(cacheFolder()) ? "fetched from npm" : "installed";
    return [{ path: process.execPath, version: process.versions.node, source }];
  },
};

await runCommand(help, options, async ({ json }) => {
  const findings = examine();
  console.log(json ? JSON.stringify(findings, null, 2) : render(findings));
  return findings.every(({ needed, found }) => found || !needed) ? 0 : 1;
});

function examine(): Finding[] {
  return [
    finding(node),
    npmPackages(),
    ...Object.values<Part>(localStackParts()).map((part) => finding(part)),
    finding(k6, false),
    finding(go, false),
  ];
}

function finding(part: Part, needed = true): Finding {
  const { name, minimum, disables } = part;
  return { name, minimum, needed, found: find(part) ?? null, disables, advice: part.supply.advice([part]) };
}

function npmPackages(): Finding {
  const found = { path: packageFolder, version: "as locked", source: "npm" };
  return {
    name: "npm packages",
    needed: true,
    found: packagesAreCurrent() ? found : null,
    disables: "every command but this one",
    advice: "The first command that needs them installs them.",
  };
}

function render(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings.map((finding) => renderOne(finding, width)).join("\n");
}

function renderOne({ name, minimum, needed, found, disables, advice }: Finding, width: number): string {
  const title = name.padEnd(width);
  if (found) {
    const source = styleText("dim", `${found.source}: ${found.path}`);
    return `${styleText("green", "✓")} ${title}  ${found.version.padEnd(10)} ${source}`;
  }
  const mark = needed ? styleText("red", "✗") : styleText("yellow", "–");
  const missing = minimum ? `missing (${minimum} or newer)` : "missing";
  return [`${mark} ${title}  ${missing}`, `    disables ${disables}`, `    ${advice}`].join("\n");
}
