/** How long each kind of answer is kept, and where. */
import { cache, edge } from "../../../../objectives.ts";

/** What is cached. */
export type Kind = "business" | "search" | "reference" | "pricing";

/** The lifetimes of a kind, in seconds. */
export interface Policy {
  /** From the moment the answer is made until no layer gives it any more. */
  readonly total: number;
  /** How much of that the memory layer may keep it. */
  readonly memory: number;
  /** The total of an answer that says there is none. */
  readonly negative: number;
  /** What browsers and the edge may keep, where the objectives say so; otherwise both keep what is left. */
  readonly shared?: { readonly browser: number; readonly edge: number };
}

/** An answer of "there is none" may soon be wrong, since what is missing may be added: seconds, ours. */
const negativeSeconds = 10;

function policy(ttl: number, shared?: Policy["shared"]): Policy {
  const total = Math.min(ttl, cache.redis.ttl.value);
  return {
    total,
    memory: Math.min(total, cache.memory.ttl.value),
    negative: Math.min(total, negativeSeconds),
    ...(shared && { shared }),
  };
}

/** The policy of every kind. */
export const policies: Readonly<Record<Kind, Policy>> = {
  business: policy(cache.ttl.business.value, {
    browser: edge.business.browserTtl.value,
    edge: edge.business.edgeTtl.value,
  }),
  search: policy(cache.ttl.search.value),
  // Only its lifetime bounds how stale reference data gets, so the promise on staleness caps it.
  reference: policy(Math.min(cache.ttl.reference.value, cache.referenceStaleness.value)),
  pricing: policy(cache.ttl.pricing.value),
};
