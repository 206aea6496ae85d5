/** Who may log in to the database, and with which secret. */
import type * as pulumi from "@pulumi/pulumi";
import { generatedSecret } from "./secret.ts";

/**
 * The database roles, beside the master user, by their least privileges:
 * - `migration` owns the schema;
 * - `service` reads and writes rows, as far as the migrations grant it to the role `api`;
 * - `monitoring` reads statistics (`pg_monitor`).
 *
 * A secret alone makes no role. `aurora-roles.sql`, beside this file, makes them and sets the passwords: it is
 * for psql, run as the master user from a place that the cluster's security group lets in, such as a job in
 * the Kubernetes cluster, before the migrations. Secondary regions get the roles by replication.
 */
export const databaseRoles = ["migration", "service", "monitoring"] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

export interface RoleSecret {
  /** The role's name in PostgreSQL. */
  readonly username: string;
  /** Its secret: `{ username, password, engine, host, port, dbname }`, where the host is that of the cluster. */
  readonly secretArn: pulumi.Output<string>;
  /** A Pulumi secret, for the secret's copies in other regions. */
  readonly password: pulumi.Output<string>;
  /** Until it is made, the secret has no value to be read. */
  readonly ready: pulumi.Resource;
}

export interface RoleSecretsArgs {
  kmsKeyArn: pulumi.Input<string>;
  /** What a client needs to connect, beside the credentials. */
  connection: Connection;
  /** Passwords that are there already; default generated ones. */
  passwords?: Readonly<Record<DatabaseRole, pulumi.Input<string>>>;
  /** Whether the secrets are protected, and recoverable for 30 days. */
  protect: boolean;
}

/** The fields that Secrets Manager's rotation and the RDS tools expect in a database's secret. */
export type Connection = Record<"engine" | "host" | "port" | "dbname", pulumi.Input<string | number>>;

/** A secret for each role, `<name>-<role>`. */
export function roleSecrets(
  name: string,
  { kmsKeyArn, connection, passwords, protect }: RoleSecretsArgs,
  options: pulumi.CustomResourceOptions,
): Record<DatabaseRole, RoleSecret> {
  const secretOf = (username: DatabaseRole): RoleSecret => {
    const description = `Database role ${username} of ${name}`;
    const password = passwords?.[username];
    const { arn, ...secret } = generatedSecret(
      `${name}-${username}`,
      { description, kmsKeyArn, username, fields: connection, protect, ...(password && { password }) },
      options,
    );
    return { username, secretArn: arn, ...secret };
  };
  return {
    migration: secretOf("migration"),
    service: secretOf("service"),
    monitoring: secretOf("monitoring"),
  };
}
