/** The connection of the programs that change the schema or load data, as the schema's owner. */
import pg from "pg";
import { Type } from "typebox";
import { validate } from "../../../../validate.ts";
import { addressPattern, toAddress } from "../address.ts";

/** How long a server may take to accept the connection, in ms. */
const connectMs = 10_000;

const Environment = Type.Object({
  DATABASE_WRITER: Type.String({ pattern: `^${addressPattern}$`, title: "host:port" }),
  DATABASE_NAME: Type.String({ minLength: 1, title: "the name of a database" }),
  DATABASE_USER: Type.String({ minLength: 1, title: "the database user who owns the schema" }),
  DATABASE_PASSWORD: Type.String({ minLength: 1, title: "the password of that user", writeOnly: true }),
});

/**
 * Connects to the database; the caller ends the connection.
 *
 * @param environment for example `process.env`
 * @throws InvalidInput naming every variable that is wrong or missing; Error when the server refuses
 */
export async function connect(environment: Readonly<Record<string, string | undefined>>): Promise<pg.Client> {
  const set = validate("Environment", Environment, environment);
  const client = new pg.Client({
    ...toAddress(set.DATABASE_WRITER),
    database: set.DATABASE_NAME,
    user: set.DATABASE_USER,
    password: set.DATABASE_PASSWORD,
    connectionTimeoutMillis: connectMs,
  });
  // A connection that breaks fails the statement that runs; unheard, the event would end the program first.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "";
    throw new Error(
      `Cannot connect to database ${set.DATABASE_NAME} at ${set.DATABASE_WRITER} as ${set.DATABASE_USER}: ` +
        `${(error as Error).message || reason}. Check that the server runs and that DATABASE_* name it.`,
    );
  }
  return client;
}
