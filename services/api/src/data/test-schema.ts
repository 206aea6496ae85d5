/** A schema of its own for integration tests, so that they leave the platform's data alone. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { connect } from "./connection.ts";

export interface TestSchema {
  readonly name: string;
  /** Connects as the schema's owner, who finds the schema's tables by their bare names. */
  connect(): Promise<pg.Client>;
  /** Removes the schema with all that is in it; connections must have ended. */
  drop(): Promise<void>;
}

/** The environment of the schema's owner is in OWNER_CONNECTION, as JSON. */
export async function createTestSchema(): Promise<TestSchema> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const environment = JSON.parse(process.env.OWNER_CONNECTION ?? "{}");
  const run = async (statement: string) => {
    const client = await connect(environment);
    await client.query(statement).finally(() => client.end());
  };
  await run(`create schema ${name}`);
  return {
    name,
    async connect() {
      const client = await connect(environment);
      await client.query(`set search_path to ${name}`);
      return client;
    },
    drop: () => run(`drop schema ${name} cascade`),
  };
}
