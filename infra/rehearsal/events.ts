/**
 * What a run of the engine did, read from the events that `pulumi preview|up|destroy|refresh --json` writes,
 * one a line. Their form is `EngineEvent` of the engine's package `sdk/go/common/apitype`.
 */

/** What happens to a resource. The engine's steps of a replacement are one `replace`. */
export type Operation =
  | "create"
  | "update"
  | "replace"
  | "delete"
  | "same"
  | "read"
  | "refresh"
  | "import"
  | "discard";

/** Stands where a value is known only after the resources it comes from were made. */
export const unknown = "[unknown]";
/** Stands where a value is secret. */
export const secret = "[secret]";

/** A property that changes. */
export interface Change {
  /** Such as `tags.Name` or `ingress[0].toPort`. */
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
}

/** What happens to one resource. */
export interface Step {
  readonly op: Operation;
  readonly urn: string;
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** Its parent's URN; empty for the stack itself. */
  readonly parent: string;
  /** Whether the engine refuses to delete or replace it. */
  readonly protected: boolean;
  /** Whether it was tried and not done. */
  readonly failed: boolean;
  /** What the program gives it, or gave it when it is deleted; with `unknown` and `secret` in place of values. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Paths of the properties that make an update impossible. */
  readonly replacedBy: readonly string[];
  readonly changed: readonly Change[];
}

export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** The resource it is about. */
  readonly urn?: string;
  readonly message: string;
}

/** A run of the engine. */
export interface Run {
  /** One for each resource, the stack and components included, in the order the engine came to them. */
  readonly steps: readonly Step[];
  /** How many resources each operation was done to, as the engine counts them. */
  readonly changes: Readonly<Partial<Record<Operation, number>>>;
  /** Of the stack, with `unknown` and `secret` in place of values. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly succeeded: boolean;
  /** Wall time. */
  readonly seconds: number;
}

/** How the engine's process ended. */
export interface Ending {
  readonly code: number;
  readonly seconds: number;
  /** What it wrote to standard error, where it tells why it did not even begin. */
  readonly errorText: string;
}

interface State {
  readonly parent?: string;
  readonly protect?: boolean;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: State | null;
  readonly new: State | null;
  readonly keys?: readonly string[];
  readonly diffs?: readonly string[];
  readonly detailedDiff?: Readonly<Record<string, { readonly diffKind: string }>> | null;
}

/** One line of the engine's output; one of the fields is there. */
export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly resOutputsEvent?: { readonly metadata: Metadata };
  readonly resOpFailedEvent?: { readonly metadata: Metadata };
  readonly diagnosticEvent?: {
    readonly urn?: string;
    readonly message: string;
    readonly severity: string;
    readonly ephemeral?: boolean;
  };
  readonly summaryEvent?: object;
}

/** @returns undefined for a line that is no event */
export function parseEvent(line: string): EngineEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Puts the events of a run together. */
export function toRun(events: readonly EngineEvent[], { code, seconds, errorText }: Ending): Run {
  const steps = toSteps(events);
  const diagnostics = toDiagnostics(events);
  const wasTold = diagnostics.some(({ severity }) => severity === "error");
  if (code !== 0 && !wasTold) {
    const message = errorText.trim().replace(/^error: /, "") || `The engine ended with ${code}.`;
    diagnostics.push({ severity: "error", message });
  }
  return {
    steps,
    changes: count(steps),
    outputs: toOutputs(events),
    diagnostics,
    succeeded: code === 0,
    seconds,
  };
}

const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "discard-replaced": "replace",
  "read-replacement": "replace",
  "import-replacement": "replace",
  "remove-pending-replace": "replace",
  delete: "delete",
  same: "same",
  read: "read",
  refresh: "refresh",
  import: "import",
  discard: "discard",
};

function toSteps(events: readonly EngineEvent[]): Step[] {
  const told = new Map<string, Metadata[]>();
  const failed = new Set<string>();
  for (const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } of events) {
    const event = resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent;
    if (!event) continue;
    const { urn } = event.metadata;
    if (resOpFailedEvent) failed.add(urn);
    told.set(urn, [...(told.get(urn) ?? []), event.metadata]);
  }
  return [...told].map(([urn, all]) => toStep(all, failed.has(urn)));
}

/** @param all what was told of one resource: for a replacement several of the engine's steps, in any order */
function toStep(all: readonly Metadata[], failed: boolean): Step {
  const last = all.at(-1) as Metadata;
  const op = all.some((each) => operations[each.op] === "replace") ? "replace" : operationOf(last);
  const goes = op === "delete" || op === "replace";
  const shown = all.findLast((each) => each.new) ?? last;
  const state = (op === "delete" ? last.old : shown.new) ?? shown.old;
  const diff = all.findLast((each) => each.detailedDiff || each.keys || each.diffs) ?? last;
  return {
    op,
    urn: last.urn,
    type: last.type,
    name: last.urn.split("::").slice(3).join("::"),
    parent: state?.parent ?? "",
    protected: (goes ? last.old?.protect : state?.protect) ?? false,
    failed,
    inputs: masked(state?.inputs ?? {}) as Step["inputs"],
    replacedBy: op === "replace" ? replacedBy(diff) : [],
    changed: op === "update" || op === "replace" ? changed(diff) : [],
  };
}

function operationOf({ op }: Metadata): Operation {
  const operation = operations[op];
  if (!operation)
    throw new Error(`the engine told of an operation "${op}", which this program does not know`);
  return operation;
}

function replacedBy({ detailedDiff, keys = [] }: Metadata): string[] {
  const paths = Object.entries(detailedDiff ?? {}).filter(([, { diffKind }]) =>
    diffKind.endsWith("-replace"),
  );
  return paths.length > 0 ? paths.map(([path]) => path).sort() : [...keys].sort();
}

/** Where a provider tells no paths, the names of the top properties. */
function changed({ detailedDiff, keys = [], diffs = [] }: Metadata): Change[] {
  const paths = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => ({
    path,
    kind: diffKind.replace("-replace", "") as Change["kind"],
  }));
  const names = [...new Set([...keys, ...diffs])].map((path) => ({ path, kind: "update" as const }));
  return (paths.length > 0 ? paths : names).sort((one, other) => (one.path < other.path ? -1 : 1));
}

function count(steps: readonly Step[]): Run["changes"] {
  const changes: Partial<Record<Operation, number>> = {};
  for (const { op, failed } of steps) if (!failed) changes[op] = (changes[op] ?? 0) + 1;
  return changes;
}

function toOutputs(events: readonly EngineEvent[]): Run["outputs"] {
  const stack = events.findLast((event) => event.resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack");
  return masked(stack?.resOutputsEvent?.metadata.new?.outputs ?? {}) as Run["outputs"];
}

/** Debug messages are left out: they hold values as they are, secrets included. */
function toDiagnostics(events: readonly EngineEvent[]): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { diagnosticEvent: event } of events) {
    if (!event || event.ephemeral || event.severity === "debug") continue;
    const severity = event.severity === "error" || event.severity === "warning" ? event.severity : "info";
    const message = event.message.trim();
    if (message) diagnostics.push({ severity, ...(event.urn && { urn: event.urn }), message });
  }
  // The engine's last word says nothing beside the errors themselves.
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.length < 2 ? diagnostics : diagnostics.filter(({ message }) => !lastWord.test(message));
}

const lastWord = /^(preview|update|destroy|refresh) failed$/;

const signature = "4dabf18193072939515e22adb298388d";
const kinds = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
};
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine's way to write a value, made readable. It never writes what a secret is. */
function masked(value: unknown): unknown {
  if (value === unknownValue) return unknown;
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  switch (object[signature]) {
    case undefined:
      return Object.fromEntries(Object.entries(object).map(([key, each]) => [key, masked(each)]));
    case kinds.secret:
      return secret;
    case kinds.asset:
      return `[asset ${object.hash}]`;
    case kinds.archive:
      return `[archive ${object.hash}]`;
    case kinds.resource:
      return object.urn;
    default:
      return unknown;
  }
}
