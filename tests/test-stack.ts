/** A platform of its own for tests: stack `local` on other ports, with its data in a temporary folder. */
import { randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { takenPorts } from "../infra/local/provider/ports.ts";
import { consecutive } from "../infra/local/settings.ts";
import {
  type LocalStack,
  openLocalStack,
  readOutputs,
  runEngine,
  type StackOutputs,
} from "../tools/local-stack.ts";
import { environment } from "../tools/setup/engine.ts";
import { setUp } from "../tools/setup/setup.ts";

export interface TestStack {
  readonly stack: LocalStack;
  readonly dataFolder: string;
  /** Its settings, in the form of `Pulumi.local.yaml`. */
  readonly settingsFile: string;
  /** @returns what the engine printed. @throws Error with it when the engine failed */
  engine(...command: string[]): Promise<string>;
  outputs(): Promise<StackOutputs>;
  /** Changes settings, for the next run of the engine. */
  change(settings: Record<string, unknown>): Promise<void>;
  /** Destroys the platform and its data. */
  remove(): Promise<void>;
}

/** @param initial keys of `Pulumi.local.yaml` without their namespace; ports are chosen among the free ones */
export async function openTestStack(initial: Record<string, unknown>): Promise<TestStack> {
  const { pulumi } = await setUp();
  const dataFolder = mkdtempSync(join(tmpdir(), "keelson-"));
  // PostgreSQL's user passes through it.
  chmodSync(dataFolder, 0o711);
  const settingsFile = join(dataFolder, "settings.yaml");
  let settings: Record<string, unknown> = { environment: "local", dataFolder, ports: await freePorts() };
  let stack: LocalStack;

  async function change(changed: Record<string, unknown>): Promise<void> {
    settings = { ...settings, ...changed };
    const namespaced = Object.entries(settings).map(([key, value]) => [`keelson:${key}`, value]);
    writeFileSync(settingsFile, stringify({ config: Object.fromEntries(namespaced) }));
    stack = await openLocalStack(settingsFile, environment(pulumi));
  }

  async function engine(...command: string[]): Promise<string> {
    const text: string[] = [];
    const code = await runEngine(stack, command, (chunk) => text.push(chunk));
    if (code !== 0) throw new Error(`pulumi ${command.join(" ")} ended with ${code}:\n${text.join("")}`);
    return text.join("");
  }

  await change(initial);
  return {
    get stack() {
      return stack;
    },
    dataFolder,
    settingsFile,
    engine,
    change,
    outputs: () => readOutputs(stack, { secrets: true }),
    async remove() {
      await engine("destroy", "--yes", "--skip-preview");
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

type Ports = LocalStack["settings"]["ports"];

/** Ports in a row that nothing uses, those of the cluster bus included. */
async function freePorts(): Promise<Ports> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const first = randomInt(10_000, 21_000);
    const row = consecutive(first, 24);
    const taken = await takenPorts([...row, ...row.map((port) => port + 10_000)]);
    if (taken.length > 0) continue;
    const [edge, edgeMetrics, prometheus] = consecutive(first, 3) as [number, number, number];
    return { edge, edgeMetrics, prometheus, api: first + 3, redis: first + 12, postgres: first + 18 };
  }
  throw new Error("found no 24 free ports in a row between 10,000 and 21,000");
}
