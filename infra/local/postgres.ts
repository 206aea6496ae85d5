/** PostgreSQL: a primary and streaming replicas, each with its own role and password for each use. */
import { userInfo } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Job, Password, Process } from "./resources.ts";

export interface PostgresArgs {
  /** Folder under which each server has its own. */
  folder: string;
  /** Folder of `initdb`, `postgres`, `pg_basebackup` and `psql`. */
  binaries: string;
  /** The primary's port, then one a replica. */
  ports: [number, ...number[]];
  /** The user it runs as where the engine is run by root, whom PostgreSQL refuses. */
  runAs?: string;
}

/** How a program connects: one of the database roles with its password. */
export interface DatabaseRole {
  user: string;
  password: pulumi.Output<string>;
}

export class Postgres extends pulumi.ComponentResource {
  readonly database = "keelson";
  /** Address of the primary, `host:port`. */
  readonly writer: string;
  /** Address of every replica. */
  readonly readers: string[];
  /** Owns the schema: for migrations and loading. */
  readonly owner: DatabaseRole;
  /** Reads and writes rows, nothing else: for the API. */
  readonly api: DatabaseRole;

  readonly #name: string;
  readonly #args: PostgresArgs;
  readonly #replication: DatabaseRole;

  constructor(name: string, args: PostgresArgs, options: pulumi.ComponentResourceOptions) {
    super("keelson:local:Postgres", name, {}, options);
    this.#name = name;
    this.#args = args;
    const [writer, ...readers] = args.ports;
    this.writer = `127.0.0.1:${writer}`;
    this.readers = readers.map((port) => `127.0.0.1:${port}`);
    this.owner = this.#role("keelson");
    this.api = this.#role("api");
    this.#replication = this.#role("replication");

    const primary = this.#primary(writer);
    const roles = this.#roles(primary, readers.length);
    readers.forEach((port, index) => {
      this.#replica(index + 1, port, roles);
    });
    this.registerOutputs();
  }

  #role(user: string): DatabaseRole {
    return { user, password: new Password(`${this.#name}-${user}-password`, { parent: this }).value };
  }

  #primary(port: number): Process {
    return this.#server("primary", port, {
      make: ["initdb", "--username=admin", "--encoding=UTF8", "--no-locale", "--pgdata", "{}"],
      ready: { query: "select not pg_is_in_recovery()", expect: "t" },
    });
  }

  /** Sets the passwords too, so that a stack created anew over kept data fits it. */
  #roles(primary: Process, replicas: number): Job {
    const psql = [this.#binary("psql"), ...this.#socket("primary", this.#args.ports[0])];
    return new Job(
      `${this.#name}-roles`,
      {
        command: [
          ...psql,
          "-v",
          `replicas=${replicas}`,
          "-f",
          join(import.meta.dirname, "postgres-roles.sql"),
        ],
        environment: {
          OWNER_PASSWORD: this.owner.password,
          API_PASSWORD: this.api.password,
          REPLICATION_PASSWORD: this.#replication.password,
        },
        triggers: [primary.pid],
      },
      { parent: this, dependsOn: primary },
    );
  }

  #replica(number: number, port: number, roles: Job): Process {
    const { user, password } = this.#replication;
    const primary = ["--host=127.0.0.1", `--port=${this.#args.ports[0]}`, `--username=${user}`];
    const slot = `replica_${number}`;
    return this.#server(
      `replica-${number}`,
      port,
      {
        make: ["pg_basebackup", ...primary, `--slot=${slot}`, "--checkpoint=fast", "--pgdata", "{}"],
        environment: { PGPASSWORD: password },
        ready: { query: "select status from pg_stat_wal_receiver", expect: "streaming" },
        files: { "data/standby.signal": "" },
        settings: pulumi.interpolate`primary_slot_name = '${slot}'
primary_conninfo = 'host=127.0.0.1 port=${this.#args.ports[0]} user=${user} password=${password}'
`,
      },
      roles,
    );
  }

  #server(role: string, port: number, plan: ServerPlan, dependsOn?: pulumi.Resource): Process {
    const [program = "", ...rest] = plan.make;
    const psql = [this.#binary("psql"), ...this.#socket(role, port), "-Atc"];
    return new Process(
      `${this.#name}-${role}`,
      {
        folder: this.#folder(role),
        command: [this.#binary("postgres"), "-D", "data", "-c", "config_file=postgresql.conf"],
        prepare: {
          folder: "data",
          command: [this.#binary(program), ...rest],
          ...(plan.environment && { environment: plan.environment }),
        },
        files: {
          "postgresql.conf": pulumi.interpolate`${configuration(this.#folder(role), port)}${plan.settings ?? ""}`,
          "pg_hba.conf": hostAccess,
          "pg_ident.conf": userMap(this.#args.runAs),
          ...plan.files,
        },
        ports: { "keelson:ports.postgres": [port] },
        ready: { command: [...psql, plan.ready.query], expect: plan.ready.expect },
        // Fast shutdown: open transactions are rolled back, clients disconnected.
        stopSignal: "SIGINT",
        stopSeconds: 30,
        ...(this.#args.runAs && { runAs: this.#args.runAs }),
      },
      { parent: this, ...(dependsOn && { dependsOn }) },
    );
  }

  #folder(role: string): string {
    return join(this.#args.folder, `${this.#name}-${role}`);
  }

  #binary(program: string): string {
    return join(this.#args.binaries, program);
  }

  #socket(role: string, port: number): string[] {
    return [
      "-X",
      "-h",
      this.#folder(role),
      "-p",
      `${port}`,
      "-U",
      "admin",
      "-d",
      "postgres",
      "-v",
      "ON_ERROR_STOP=1",
    ];
  }
}

interface ServerPlan {
  make: string[];
  environment?: Record<string, pulumi.Input<string>>;
  ready: { query: string; expect: string };
  files?: Record<string, string>;
  settings?: pulumi.Input<string>;
}

function configuration(folder: string, port: number): string {
  return `listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
hba_file = '${folder}/pg_hba.conf'
ident_file = '${folder}/pg_ident.conf'
max_connections = 200
shared_buffers = 128MB
max_wal_size = 2GB
wal_level = replica
hot_standby_feedback = on
# A replica that is away may hold back this much, so that it can catch up.
max_slot_wal_keep_size = 2GB
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
`;
}

/** The administrator only by the socket and as the user who runs the platform; all others by password. */
const hostAccess = `local all admin peer map=operator
host replication replication 127.0.0.1/32 scram-sha-256
host keelson keelson,api 127.0.0.1/32 scram-sha-256
`;

function userMap(runAs: string | undefined): string {
  const users = [userInfo().username, ...(runAs ? [runAs] : [])];
  return users.map((user) => `operator ${user} admin\n`).join("");
}
