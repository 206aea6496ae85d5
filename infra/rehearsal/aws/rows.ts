/** What rows of the table are written with. */
import type { Mistake } from "../../../validate.ts";
import type { Behaviour } from "./entry.ts";

/** Where the provider documents its resources. */
export const providerDocs = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources";

/** @param source address of what documents that a change makes a new resource */
export const replaces = (source: string): Behaviour => ({ change: "replace", source });

/** @param source address of what documents that a change is made in place */
export const updates = (source: string): Behaviour => ({ change: "update", source });

export function refuseIf(isWrong: boolean, path: string, found: string, allowed: string): Mistake[] {
  return isWrong ? [{ path, found, allowed }] : [];
}

/** A list, empty where there is none. */
export function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return `${value}`;
}
