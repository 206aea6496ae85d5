import type { PartHealth } from "../probe.ts";

/** A statement with its values; servers prepare it once for each connection, under its name. */
export interface Query {
  /** Stands for exactly this text; at most 63 characters. */
  readonly name: string;
  readonly text: string;
  /** In the order of `$1`, `$2`, … */
  readonly values: readonly unknown[];
}

/** What the features know of the database. */
export interface Database {
  /**
   * Asks a reader, whose answer may lag behind the writer's.
   *
   * @throws DatabaseUnavailable when no server answers
   */
  read<Row extends object>(query: Query): Promise<Row[]>;
  /**
   * Asks the writer.
   *
   * @throws DatabaseUnavailable when it does not answer; whether it applied the statement is unknown then
   */
  write<Row extends object>(query: Query): Promise<Row[]>;
  /** How every server answers, the writer first. */
  health(): Promise<PartHealth[]>;
  close(): Promise<void>;
}

/** No server answered that could. The cause is the last one's error. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super("The database does not answer; try again shortly", { cause });
    this.name = "DatabaseUnavailable";
  }
}
