/** `npm run load`: a k6 run against the platform, judged by the promises. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { resources, throughput } from "../objectives.ts";
import { type Command, runCommand } from "./command.ts";
import { openLocalStack, readOutputs, settingsOption } from "./local-stack.ts";
import { environment } from "./setup/engine.ts";
import { repository } from "./setup/node.mjs";
import { setUp } from "./setup/setup.ts";

const folder = join(repository, "loadtests");
const profiles = readdirSync(folder).map((file) => basename(file, ".ts"));

const help = `
npm run load [-- <profile> --url <url> --rate <n> --seconds <n>]

Sends load to the platform that runs on this machine. Passes when every promise of objectives.ts that it can
see is kept.

  <profile>           a file of loadtests/: ${profiles.join(", ")}; default steady
  --url <url>         where to send them, default the edge; http://127.0.0.1:8081 is the first instance
  --rate <n>          requests a second, default ${throughput.perInstance.standard.value}
  --seconds <n>       how long, default 60, at most 3600
  --settings <file>   settings of the stack, default Pulumi.local.yaml
`;

const options = {
  ...settingsOption,
  url: { type: "string" },
  rate: { type: "string", default: `${throughput.perInstance.standard.value}` },
  seconds: { type: "string", default: "60" },
} as const;

const load: Command<typeof options> = async ({ url, rate, seconds, settings }, [profile = "steady"]) => {
  const script = join(folder, `${oneOf("profile", profile, profiles)}.ts`);
  const tools = await setUp(["pulumi", "k6"]);
  const stack = await openLocalStack(settings, environment(tools.pulumi));
  const { url: edge, instanceUrls } = await readOutputs(stack);
  if (!edge) throw new Error("The platform is not running; `npm start` brings it up.");
  const target = localUrl(url ?? edge);
  const variables = {
    BASE_URL: target,
    RATE: `${wholeNumber("--rate", rate, 100_000)}`,
    SECONDS: `${wholeNumber("--seconds", seconds, 3600)}`,
    BUSINESSES: `${stack.settings.businesses}`,
  };
  const instances = instanceUrls.includes(target) ? [target] : instanceUrls;
  const watch = watchMemory(instances);
  const code = await runK6(tools.k6.path, script, variables);
  return showMemory(watch.peaks()) ? code : code || 1;
};

await runCommand(help, options, load, true);

/** Load goes to this machine only. */
function localUrl(url: string): string {
  const { hostname, origin } = new URL(url);
  if (hostname !== "127.0.0.1" && hostname !== "localhost") {
    throw new Error(`--url: found ${url}, allowed: an address on 127.0.0.1`);
  }
  return origin;
}

function oneOf(field: string, found: string, allowed: readonly string[]): string {
  if (allowed.includes(found)) return found;
  throw new Error(`${field}: found ${found}, allowed: ${allowed.join(", ")}`);
}

function wholeNumber(flag: string, text: string, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new Error(`${flag}: found ${text}, allowed: a whole number from 1 to ${maximum}`);
}

async function runK6(k6: string, script: string, variables: Record<string, string>): Promise<number> {
  const flags = Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const args = ["run", "--no-usage-report", ...flags, script];
  const child = spawn(k6, args, { stdio: "inherit" });
  process.on("SIGINT", () => {});
  const [code] = await once(child, "exit");
  return code ?? 1;
}

/** Samples each instance's resident memory once a second; `peaks` ends it. */
function watchMemory(instances: readonly string[]) {
  const peaks = new Map<string, number>();
  const timer = setInterval(async () => {
    for (const url of instances) peaks.set(url, Math.max(peaks.get(url) ?? 0, await residentMegabytes(url)));
  }, 1000);
  return {
    peaks() {
      clearInterval(timer);
      return peaks;
    },
  };
}

/** @returns 0 for an instance that does not answer, as one that was ended on purpose */
async function residentMegabytes(url: string): Promise<number> {
  try {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1e6;
  } catch {
    return 0;
  }
}

function showMemory(peaks: ReadonlyMap<string, number>): boolean {
  const { value: allowed } = resources.instanceMemory;
  for (const [url, peak] of peaks) {
    console.log(
      `  ${peak < allowed ? "✓" : "✗"} memory of ${url}: at most ${peak.toFixed(0)} MB, promised < ${allowed} MB`,
    );
  }
  return [...peaks.values()].every((peak) => peak < allowed);
}
