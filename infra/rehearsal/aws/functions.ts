/** The provider's functions that need no account. All others ask AWS, which a rehearsal cannot. */
import type { Properties } from "../protocol.ts";

interface Caller {
  readonly region: string;
  readonly account: string;
}

const functions: Readonly<Record<string, (caller: Caller) => Properties>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": ({ account }) => ({
    id: account,
    accountId: account,
    arn: `arn:aws:sts::${account}:assumed-role/rehearsal/rehearsal`,
    userId: "AROAREHEARSALREHEARSA:rehearsal",
  }),
  "aws:index/getRegion:getRegion": ({ region }) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
};

/** @throws Error that names the function, when it asks AWS */
export function invoke(token: string, caller: Caller): Properties {
  const answer = functions[token];
  if (answer) return answer(caller);
  const allowed = Object.keys(functions).join(", ");
  throw new Error(`found the function ${token}, which asks AWS, allowed in a rehearsal: ${allowed}`);
}
