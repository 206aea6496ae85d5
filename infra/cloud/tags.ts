/** The tags that everything in AWS carries, given to the provider as its default tags. */
import { InvalidInput, type Mistake } from "../../validate.ts";

/** The tag by which the costs of a stack are told from those of others. */
export const stackTag = "keelson:stack";

/**
 * Tags of every resource of a stack. Each key can be activated for cost allocation, in the account that pays, a
 * day after its first use.
 *
 * @throws InvalidInput when a value has characters or a length that AWS refuses
 */
export function defaultTags(stack: string, environment: string): Record<string, string> {
  const tags = { [stackTag]: stack, "keelson:environment": environment, "keelson:managed-by": "pulumi" };
  const mistakes = Object.entries(tags)
    .filter(([, value]) => !tagValue.test(value))
    .map(([path, value]): Mistake => ({ path, found: JSON.stringify(value), allowed: tagValueInWords }));
  if (mistakes.length > 0) throw new InvalidInput(`Tags of stack "${stack}"`, mistakes);
  return tags;
}

/** Source: Tagging AWS Resources User Guide, "Tag naming limits and requirements": what every service accepts. */
const tagValue = /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,256}$/iu;
const tagValueInWords = "1 to 256 letters, digits, spaces and _.:/=+@-, not beginning with aws:";
