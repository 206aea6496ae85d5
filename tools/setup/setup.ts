/** Set-up of a command: what it needs beside npm packages, found or provided. */
import { engine } from "./engine.ts";
import { k6 } from "./k6.ts";
import { type Found, provideAll } from "./part.ts";
import { type ServerName, serverParts } from "./servers.ts";

/** Names of the parts that commands ask for. */
export type PartName = "pulumi" | "k6" | ServerName;

/** Where the parts are; `postgres` is the folder of PostgreSQL's programs. */
export type Tools<Name extends PartName = PartName> = Readonly<Record<Name, Found>>;

/** The parts that stack `local` runs on. */
export function localStackParts() {
  return { pulumi: engine, ...serverParts() };
}

/**
 * Finds what a command needs, and provides what is missing. Silent and quick when nothing is; else one
 * line on standard error for each slow thing.
 *
 * @param names the parts the command needs, default those that stack `local` runs on
 * @throws Error that lists what is missing and could not be provided, and what to do about it
 */
export async function setUp(): Promise<Tools<"pulumi" | ServerName>>;
export async function setUp<Name extends PartName>(names: readonly Name[]): Promise<Tools<Name>>;
export async function setUp(names?: readonly PartName[]): Promise<Partial<Tools>> {
  const local = localStackParts();
  const all = { ...local, k6 };
  return provideAll(names ? Object.fromEntries(names.map((name) => [name, all[name]])) : local);
}
