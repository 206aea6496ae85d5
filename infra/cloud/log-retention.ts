/** How long CloudWatch keeps logs. */
import type { Mistake } from "../../validate.ts";

/** Days that it knows. Source: Amazon CloudWatch Logs API Reference, PutRetentionPolicy; 0 would mean for ever. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The mistake in a component's `logRetentionDays`, if there is one. */
export function retentionMistakes(days: number): Mistake[] {
  if (retentions.includes(days)) return [];
  return [{ path: "logRetentionDays", found: `${days}`, allowed: `one of ${retentions.join(", ")}` }];
}
