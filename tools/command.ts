/** What every command has in common: its flags, its help, and how it ends. */
import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: boolean; strict: true }>
>;

/** What a command does with its flags' values and the words among its arguments. @returns its exit code */
export type Command<O extends Options> = (values: Parsed<O>["values"], words: string[]) => Promise<number>;

/**
 * Runs a command to its end and sets the exit code: what it returns, 2 for wrong flags, 1 for an error.
 *
 * @param help shown by `--help`
 * @param options its flags, for `parseArgs`
 * @param takesWords whether its arguments may hold words that are no flags, default no
 */
export async function runCommand<O extends Options>(
  help: string,
  options: O,
  body: Command<O>,
  takesWords = false,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help.trim());
    return;
  }
  let parsed: Parsed<O>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: takesWords, strict: true });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help.trim()}`);
    process.exitCode = 2;
    return;
  }
  try {
    process.exitCode = await body(parsed.values, parsed.positionals);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
