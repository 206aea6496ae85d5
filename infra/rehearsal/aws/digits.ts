/** Digits that look random and are the same each time. */
import { createHash } from "node:crypto";

/** @returns hexadecimal digits, any number of them, made of the text alone */
export function digits(text: string, length: number): string {
  let all = "";
  while (all.length < length) all += createHash("sha256").update(`${text} ${all.length}`).digest("hex");
  return all.slice(0, length);
}
