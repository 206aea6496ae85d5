/** What the programs of all projects have in common. */
import * as pulumi from "@pulumi/pulumi";
import { InvalidInput } from "../validate.ts";

/**
 * Runs a program such that the engine tells a mistake of the user's by its message alone; other errors keep where
 * they come from.
 *
 * @returns the stack's outputs
 */
export async function runProgram<Outputs extends object>(
  program: () => Outputs | Promise<Outputs>,
): Promise<Outputs> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof InvalidInput) throw new pulumi.RunError(error.message);
    throw error;
  }
}
