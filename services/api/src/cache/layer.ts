import type { PartHealth } from "../probe.ts";
import type { Entry } from "./entry.ts";

/** One place that keeps entries. */
export interface Layer {
  /** A short name, used in metrics and health answers. */
  readonly name: string;
  /**
   * @returns the entry, or nothing when there is none whose time is left
   * @throws when the layer cannot answer; nothing is known of the key then
   */
  get(key: string): Promise<Entry | undefined>;
  /**
   * @param ttlMs how long to keep the entry; with nothing left it is not kept
   * @throws when the layer cannot keep it
   */
  set(key: string, entry: Entry, ttlMs: number): Promise<void>;
  health(): Promise<PartHealth>;
  close(): Promise<void>;
}
