/** A preview as text for people: what would be lost first, then the tree, the sums and the outputs. */
import { styleText } from "node:util";
import type { PreviewReport, PreviewResource } from "./report-schema.ts";

/** Where the text goes: colours and the width of lines depend on it. */
export type Stream = NodeJS.WriteStream;

type Operation = PreviewResource["operation"];
type Colour = Parameters<typeof styleText>[0];
type Paint = (colour: Colour, text: string) => string;

const marks: Readonly<Record<Operation, { symbol: string; colour: Colour; words: string }>> = {
  create: { symbol: "+", colour: "green", words: "to create" },
  update: { symbol: "~", colour: "yellow", words: "to update" },
  replace: { symbol: "+-", colour: "magenta", words: "to replace" },
  delete: { symbol: "-", colour: "red", words: "to delete" },
  same: { symbol: " ", colour: "dim", words: "unchanged" },
  read: { symbol: ">", colour: "cyan", words: "to read" },
  refresh: { symbol: "~", colour: "cyan", words: "to refresh" },
  import: { symbol: "=", colour: "green", words: "to import" },
  discard: { symbol: "<", colour: "cyan", words: "to forget" },
};

const operations = Object.keys(marks) as Operation[];

/** As many like siblings as this are told on one line. */
const manySiblings = 3;

/** Of a line that goes to no terminal, in characters. */
const usualWidth = 120;

/** @returns the report's text; of a preview that failed only what would be lost and what went wrong */
export function render(report: PreviewReport, stream: Stream): string {
  const paint: Paint = (colour, text) => styleText(colour, text, { stream });
  const width = Math.max(stream.columns || usualWidth, 60);
  const sections = [losses(report, paint), messages(report, paint)];
  if (report.succeeded)
    sections.push(tree(report, paint, width), table(report, paint), outputs(report, paint));
  sections.push(summary(report, paint));
  return sections.filter((section) => section !== "").join("\n\n");
}

/** A type without what is clear from it: `ec2.Subnet` for `aws:ec2/subnet:Subnet`. */
export function shortType(type: string): string {
  const [pack = "", path = "", name = ""] = type.split(":");
  if (pack === "keelson" || type === "pulumi:pulumi:Stack") return name;
  if (pack === "pulumi") return `${name} provider`;
  const folders = path.split("/");
  if (folders.length > 1 && folders.at(-1)?.toLowerCase() === name.toLowerCase()) folders.pop();
  const module = folders.join("/");
  return `${module === "index" ? pack : module}.${name}`;
}

function losses({ resources, losses: lost }: PreviewReport, paint: Paint): string {
  if (lost.length === 0) return "";
  const lines = resources
    .filter(({ urn }) => lost.includes(urn))
    .map(({ name, ...resource }) => {
      const label = `${marks[resource.operation].symbol} ${shortType(resource.type)} ${name}`;
      return `  ${paint(["red", "bold"], label)}${details(resource)}`;
    });
  const title = "Stateful or protected resources would be REPLACED or DELETED:";
  return [paint(["red", "bold"], title), ...lines].join("\n");
}

function messages({ diagnostics, resources }: PreviewReport, paint: Paint): string {
  const colours = { error: "red", warning: "yellow", info: "reset" } as const;
  return diagnostics
    .map(({ severity, urn, message }) => {
      const about = resources.find((resource) => resource.urn === urn);
      const title = severity === "info" ? "" : `${paint([colours[severity], "bold"], severity)}: `;
      return `${title}${about ? `${shortType(about.type)} ${about.name}: ` : ""}${message}`;
    })
    .join("\n");
}

/** A resource and those below it. */
interface Node {
  readonly resource: PreviewResource;
  readonly children: readonly Node[];
}

function tree({ resources }: PreviewReport, paint: Paint, width: number): string {
  const urns = new Set(resources.map(({ urn }) => urn));
  const roots = resources.filter(({ parent }) => !urns.has(parent)).map((root) => toNode(root, resources));
  return changing(roots)
    .flatMap((node) => [line([node], "", paint, width), ...branches(node, "", paint, width)])
    .join("\n");
}

function toNode(resource: PreviewResource, all: readonly PreviewResource[]): Node {
  const children = all.filter(({ parent }) => parent === resource.urn).map((child) => toNode(child, all));
  return { resource, children: children.toSorted(byKind) };
}

/** A resource's own children before components, and the like beside each other. */
function byKind(one: Node, other: Node): number {
  const depth = Math.sign(one.children.length) - Math.sign(other.children.length);
  const type = shortType(one.resource.type).localeCompare(shortType(other.resource.type));
  return depth || type || one.resource.name.localeCompare(other.resource.name, "en", { numeric: true });
}

/** Without what stays as it is. */
function changing(nodes: readonly Node[]): Node[] {
  return nodes
    .map(({ resource, children }) => ({ resource, children: changing(children) }))
    .filter(({ resource, children }) => resource.operation !== "same" || children.length > 0);
}

function branches({ resource, children }: Node, indent: string, paint: Paint, width: number): string[] {
  const groups = Object.values(Object.groupBy(children, likeness)) as Node[][];
  const rows = groups.flatMap((group) =>
    group.length < manySiblings ? group.map((node) => [node]) : [group],
  );
  return rows.flatMap((row, index) => {
    const isLast = index === rows.length - 1;
    const branch = paint("dim", indent + (isLast ? "└─ " : "├─ "));
    const below = indent + (isLast ? "   " : "│  ");
    return [
      branch + line(row, resource.name, paint, width - below.length),
      ...row.flatMap((node) => branches(node, below, paint, width)),
    ];
  });
}

/** Equal for siblings that one line can tell of. */
function likeness({ resource, children }: Node): string {
  const { urn, type, operation, protected: kept, changed, replacedBecause } = resource;
  return children.length > 0 ? urn : JSON.stringify([type, operation, kept, changed, replacedBecause]);
}

/** One line about a resource, or about like ones. Names go without the parent's, which stands above them. */
function line(row: readonly Node[], parent: string, paint: Paint, width: number): string {
  const { resource } = row[0] as Node;
  const { symbol, colour } = marks[resource.operation];
  const rest = details(resource);
  const names = row.map(({ resource: { name } }) => nameBelow(parent, name));
  if (row.length === 1) {
    return [paint(colour, `${symbol} ${shortType(resource.type)}`), ...names].join(" ").trimEnd() + rest;
  }
  const title = `${symbol} ${shortType(resource.type)} ×${row.length}`;
  return `${paint(colour, title)} (${fitting(names, width - `${title} ()${rest}`.length)})${rest}`;
}

function nameBelow(parent: string, name: string): string {
  if (name === parent) return "";
  return name.startsWith(`${parent}-`) ? name.slice(parent.length + 1) : name;
}

/** As many of the names as there is room for, and the first in any case. */
function fitting(names: readonly string[], room: number): string {
  let text = names[0] ?? "";
  for (const [index, name] of names.entries()) {
    if (index === 0) continue;
    const more = `, and ${names.length - index} more`;
    if (`${text}, ${name}${more}`.length > room) return text + more;
    text += `, ${name}`;
  }
  return text;
}

function details({ protected: kept, changed, replacedBecause }: Omit<PreviewResource, "name">): string {
  const others = changed.map(({ path }) => path).filter((path) => !replacedBecause.includes(path));
  const parts = [
    kept && "protected",
    replacedBecause.length > 0 && `because of ${some(replacedBecause)}`,
    others.length > 0 && `changes ${some(others)}`,
  ].filter(Boolean);
  return parts.length > 0 ? ` [${parts.join("; ")}]` : "";
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 8).join(", ");
  return paths.length > 8 ? `${shown} and ${paths.length - 8} more` : shown;
}

function table({ resourcesByType }: PreviewReport, paint: Paint): string {
  const counts = Object.entries(resourcesByType).map(
    ([type, byOperation]) => [shortType(type), byOperation] as const,
  );
  const columns = operations.filter((each) => counts.some(([, byOperation]) => byOperation[each]));
  const rows = counts
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([type, byOperation]) => [type, ...columns.map((each) => `${byOperation[each] ?? ""}`)]);
  const [head = "", ...body] = aligned([["Type", ...columns], ...rows]);
  return [paint("bold", head), ...body].join("\n");
}

/** Columns beside each other, the first to the left and the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function outputs({ outputs: values }: PreviewReport, paint: Paint): string {
  const names = Object.keys(values).sort();
  if (names.length === 0) return "";
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const value = values[name];
    return `${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  return [paint("bold", "Outputs"), ...lines].join("\n");
}

function summary(
  { succeeded, seconds, resources, changes, losses: lost }: PreviewReport,
  paint: Paint,
): string {
  const parts = operations
    .filter((each) => changes[each])
    .map((each) => paint(marks[each].colour, `${changes[each]} ${marks[each].words}`));
  const failed = paint(["red", "bold"], `The preview failed after ${seconds} s.`);
  const done = `${resources.length} resources: ${parts.join(", ") || "none"}. Rehearsed in ${seconds} s.`;
  const warning = paint(["red", "bold"], ` ${lost.length} would be lost: see the top.`);
  return `${succeeded ? done : failed}${lost.length > 0 ? warning : ""}`;
}
