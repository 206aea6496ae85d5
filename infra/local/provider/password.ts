/** A password made once and kept in the stack's encrypted state. */
import { randomBytes } from "node:crypto";
import type { Kind } from "./kind.ts";

type Inputs = {
  /** Bytes of randomness; the text is a third longer. */
  readonly bytes: number;
};

export const passwordKind: Kind<Inputs, { value: string }> = {
  outputs: ["value"],
  replacedBy: ["bytes"],
  async check() {
    return [];
  },
  async create({ bytes }) {
    return { id: "password", outputs: { value: randomBytes(bytes).toString("base64url") } };
  },
  async update({ value }) {
    return { value };
  },
  async isThere() {
    return true;
  },
  async delete() {},
};
