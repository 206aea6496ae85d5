/** Reads a stack's configuration into one readonly `Settings`, or refuses it with every mistake at once. */
import { InvalidInput, validate } from "../validate.ts";
import { type CloudSettings, cloudRules, cloudSchema } from "./cloud/settings.ts";
import { keysIn } from "./config.ts";
import { type LocalSettings, localSchema, portsAreDistinct } from "./local/settings.ts";
import { type Environment, sizing } from "./sizing.ts";

const environments = Object.keys(sizing) as Environment[];

export type { CloudSettings, LocalSettings };
export type Settings = LocalSettings | CloudSettings;

/**
 * @param stack the stack's name, for the error's first line
 * @param config all keys of the stack's configuration; values as YAML gave them, or as JSON text as the engine
 *   hands them over. Keys of other namespaces are left to their providers
 * @throws InvalidInput with every wrong field
 */
export function readSettings(stack: string, config: Readonly<Record<string, unknown>>): Settings {
  const own = keysIn("keelson", config);
  const subject = `Settings of stack "${stack}"`;
  const environment = environments.find((name) => name === own.environment);
  if (!environment) {
    const allowed = environments.map((name) => `"${name}"`).join(" or ");
    throw new InvalidInput(subject, [
      { path: "environment", found: JSON.stringify(own.environment) ?? "nothing", allowed },
    ]);
  }
  return environment === "local"
    ? validate(subject, localSchema, own, [portsAreDistinct])
    : validate(subject, cloudSchema(environment), own, cloudRules);
}
