/** The resources that the provider plug-in of stack `local` serves, as the program declares them. */
import * as pulumi from "@pulumi/pulumi";

export interface ProcessArgs {
  /** The process's own folder: data, configuration, `output.log`. Survives the resource. */
  folder: string;
  /** Absolute path of the program, and its arguments. */
  command: string[];
  environment?: Record<string, pulumi.Input<string>>;
  /** Text by path within `folder`, written before each start with mode 0600. */
  files?: Record<string, pulumi.Input<string>>;
  /** Makes a subfolder of `folder` once, by a command whose argument `{}` is the path to make. */
  prepare?: { folder: string; command: string[]; environment?: Record<string, pulumi.Input<string>> };
  /** What it listens on at 127.0.0.1, by the setting that chose it. */
  ports: Record<string, number[]>;
  /** Ready when the URL answers 2xx, or when the command succeeds and prints just `expect`. */
  ready:
    | { url: string }
    | { command: string[]; expect: string; environment?: Record<string, pulumi.Input<string>> };
  /** Default 30. */
  readySeconds?: number;
  /** Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** How long it may take to end before it is killed. Default 10. */
  stopSeconds?: number;
  /** When given, a change of `files` alone is told by this signal, without a restart. */
  reloadSignal?: NodeJS.Signals;
  /** The user it runs as, where the engine is run by root. */
  runAs?: string;
}

/** A server process on this machine. It is created when it is ready, and adopted when it runs already. */
export class Process extends pulumi.CustomResource {
  declare readonly pid: pulumi.Output<number>;

  constructor(name: string, args: ProcessArgs, options: pulumi.CustomResourceOptions) {
    const inputs = {
      environment: {},
      files: {},
      readySeconds: 30,
      stopSignal: "SIGTERM",
      stopSeconds: 10,
      ...args,
      pid: undefined,
    };
    super("keelson:local:Process", name, inputs, options);
  }
}

export interface JobArgs {
  /** Absolute path of the program, and its arguments. */
  command: string[];
  environment?: Record<string, pulumi.Input<string>>;
  /** A change of one of these runs the job again. */
  triggers: pulumi.Input<string | number>[];
}

/** A command run to its end: at first, and whenever an input changes. It must bear being run again. */
export class Job extends pulumi.CustomResource {
  constructor(name: string, args: JobArgs, options: pulumi.CustomResourceOptions) {
    super("keelson:local:Job", name, { environment: {}, ...args }, options);
  }
}

/** A password made once, and kept as a secret in the stack's state. */
export class Password extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, options: pulumi.CustomResourceOptions) {
    const secret = { ...options, additionalSecretOutputs: ["value"] };
    super("keelson:local:Password", name, { bytes: 24, value: undefined }, secret);
  }
}
