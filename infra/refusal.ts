/** Unit tests' look at why something is refused. */
import { InvalidInput, type Mistake } from "../validate.ts";

/**
 * @returns the mistakes that `attempt` is refused for
 * @throws Error when it is accepted; what it throws itself, when that is no InvalidInput
 */
export function refusalOf(attempt: () => unknown): readonly Mistake[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InvalidInput) return error.mistakes;
    throw error;
  }
  throw new Error("was accepted");
}
