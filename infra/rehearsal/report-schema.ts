/**
 * What a preview tells to programs: the document that `npm run preview -- <stack> --json` prints. Published as
 * JSON Schema in `preview.schema.json` beside this file.
 */
import { type Static, type TSchema, Type } from "typebox";
import type { Operation, Run, Step } from "./events.ts";
import { isLoss, isStateful } from "./stateful.ts";

const operations = [
  "create",
  "update",
  "replace",
  "delete",
  "same",
  "read",
  "refresh",
  "import",
  "discard",
] as const satisfies Operation[];

const operation = Type.Enum([...operations]);

function list<S extends TSchema>(items: S, description: string) {
  return Type.Array(items, { description });
}

function values(description: string) {
  return Type.Record(Type.String(), Type.Unknown(), { description });
}

function counts(description: string) {
  return Type.Partial(Type.Record(operation, Type.Integer({ minimum: 1 })), { description });
}

const marks =
  'In place of a value stands "[unknown]" until the resources are made, and "[secret]" for a secret.';

const resource = Type.Object({
  urn: Type.String(),
  type: Type.String({ description: "Such as aws:ec2/vpc:Vpc." }),
  name: Type.String({ description: "Its logical name." }),
  parent: Type.String({ description: "The parent's URN; empty for the stack." }),
  operation,
  stateful: Type.Boolean({ description: "Whether losing it loses data." }),
  protected: Type.Boolean({ description: "Whether the engine refuses to delete or replace it." }),
  replacedBecause: list(Type.String(), "Paths of the properties that make an update impossible."),
  changed: list(
    Type.Object({ path: Type.String(), kind: Type.Enum(["add", "update", "delete"]) }),
    "Properties that an update or a replacement changes.",
  ),
  properties: values(`What the program gives it. ${marks}`),
});

const diagnostic = Type.Object({
  severity: Type.Enum(["error", "warning", "info"]),
  urn: Type.Optional(Type.String({ description: "The resource it is about." })),
  message: Type.String(),
});

/** Fields may be added to a version; another number means that one was removed or changed. */
export const previewSchema = Type.Object(
  {
    version: Type.Literal(1),
    stack: Type.String(),
    rehearsal: Type.Literal(true, { description: "Stand-ins answered in place of the cloud." }),
    succeeded: Type.Boolean({ description: "Whether the program ran to its end and nothing was refused." }),
    seconds: Type.Number({ minimum: 0, description: "Wall time of the engine." }),
    changes: counts("Resources by operation, the stack and components included."),
    losses: list(Type.String(), "URNs of stateful or protected resources that would be replaced or deleted."),
    resources: list(resource, "Sorted by URN."),
    resourcesByType: Type.Record(Type.String(), counts("Resources of the type by operation.")),
    outputs: values(`Of the stack. ${marks}`),
    diagnostics: list(diagnostic, "What the engine, the program and the providers had to say."),
  },
  { $schema: "https://json-schema.org/draft/2020-12/schema", title: "Rehearsed preview of a Keelson stack" },
);

export type PreviewReport = Static<typeof previewSchema>;
export type PreviewResource = PreviewReport["resources"][number];

/** The document about a preview. */
export function toReport(stack: string, run: Run): PreviewReport {
  const steps = run.steps.toSorted((one, other) => (one.urn < other.urn ? -1 : 1));
  return {
    version: 1,
    stack,
    rehearsal: true,
    succeeded: run.succeeded,
    seconds: Math.round(run.seconds * 10) / 10,
    changes: run.changes,
    losses: steps.filter(isLoss).map(({ urn }) => urn),
    resources: steps.map(toResource),
    resourcesByType: countByType(steps),
    outputs: run.outputs,
    diagnostics: [...run.diagnostics],
  };
}

function toResource(step: Step): PreviewResource {
  return {
    urn: step.urn,
    type: step.type,
    name: step.name,
    parent: step.parent,
    operation: step.op,
    stateful: isStateful(step.type),
    protected: step.protected,
    replacedBecause: [...step.replacedBy],
    changed: [...step.changed],
    properties: step.inputs,
  };
}

function countByType(steps: readonly Step[]): PreviewReport["resourcesByType"] {
  const types: Record<string, Partial<Record<Operation, number>>> = {};
  for (const { type, op } of steps.toSorted((one, other) => (one.type < other.type ? -1 : 1))) {
    types[type] ??= {};
    types[type][op] = (types[type][op] ?? 0) + 1;
  }
  return types;
}

/** What the command ends with: 3 when something would be lost, else 1 when the preview failed, else 0. */
export function exitCode({ losses, succeeded }: PreviewReport): number {
  if (losses.length > 0) return 3;
  return succeeded ? 0 : 1;
}
