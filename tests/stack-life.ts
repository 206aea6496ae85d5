/** Takes a stack through its whole life in a rehearsal: up, nothing to do, edits, destroy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Run, Step } from "../infra/rehearsal/events.ts";
import { openRehearsal, type Rehearsal } from "../infra/rehearsal/rehearsal.ts";
import { isStateful } from "../infra/rehearsal/stateful.ts";
import { environment } from "../tools/setup/engine.ts";
import { repository } from "../tools/setup/node.mjs";
import { setUp } from "../tools/setup/setup.ts";

/** Keys of a stack's configuration, without the namespace. A map is merged into the one that is there. */
export type Edit = Readonly<Record<string, unknown>>;

/** What an edit is expected to do: how many resources of a type, by `<operation> <type>`. */
export type Expected = Readonly<Record<string, number>>;

export interface EditCase {
  readonly edit: Edit;
  readonly expected: Expected;
  /** Names of the stateful resources that would be lost, without the stack's prefix. Default none. */
  readonly lost?: readonly string[];
}

/** Opens a rehearsal of a committed stack, as its file is. */
export async function rehearse(stack: string): Promise<{ rehearsal: Rehearsal; config: Edit }> {
  const { pulumi } = await setUp(["pulumi"]);
  const { config } = parse(readFileSync(join(repository, `Pulumi.${stack}.yaml`), "utf8"));
  return { rehearsal: await openRehearsal({ stack, config, engine: environment(pulumi) }), config };
}

/** @param edits what is previewed on the stack once its protection is lifted */
export function describeLife(stack: string, edits: Readonly<Record<string, EditCase>>): void {
  describe(`stack ${stack}, rehearsed`, () => {
    let rehearsal: Rehearsal;
    let committed: Edit;

    beforeAll(async () => {
      ({ rehearsal, config: committed } = await rehearse(stack));
    });
    afterAll(() => rehearsal.close());

    async function preview(edit: Edit): Promise<Run> {
      rehearsal.configure(edited(committed, edit));
      return rehearsal.preview();
    }

    test("`up` makes everything", async () => {
      const run = succeeded(await rehearsal.up());
      expect(Object.keys(run.changes)).toEqual(["create"]);
      expect(JSON.stringify(run.outputs)).not.toContain("[unknown]");
    });

    test("a second preview shows no change, nor does a comparison with what is there", async () => {
      expect(operations(succeeded(await rehearsal.preview()))).toEqual({});
      expect(operations(succeeded(await rehearsal.refresh()))).toEqual({});
    });

    test("what holds data is protected where the stack says so", async () => {
      const run = await preview({ keys: Object.values(edits).find(({ lost }) => lost)?.edit.keys });
      expect(run.succeeded).toBe(committed["keelson:protect"] === false);
      if (run.succeeded) return;
      const errors = run.diagnostics.filter(({ severity }) => severity === "error");
      expect(errors.map(({ message }) => message).join()).toMatch(/protect/);
    });

    test("lifting the protection changes what is protected, in place", async () => {
      rehearsal.configure(edited(committed, { protect: false }));
      const { changes } = succeeded(await rehearsal.up());
      const { same: _, update = 0, ...others } = changes;
      expect(others).toEqual({});
      expect(update > 0).toBe(committed["keelson:protect"] === true);
    });

    test.each(Object.entries(edits))("%s", async (_name, { edit, expected, lost = [] }) => {
      const run = succeeded(await preview({ protect: false, ...edit }));
      expect(operations(run)).toEqual(expected);
      expect(losses(run, stack)).toEqual([...lost].sort());
    });

    test("another tag: on everything that bears tags, in place, and nothing else", async () => {
      const { steps } = succeeded(await preview({ protect: false, tags: { team: "platform" } }));
      const changed = steps.filter(({ op }) => op !== "same");
      const paths = changed.flatMap((step) => step.changed.map(({ path }) => path));
      expect(new Set(changed.map(({ op }) => op))).toEqual(new Set(["update"]));
      expect(
        paths.filter((path) => !/^tagsAll|^tagSpecifications|^launchTemplate\.version$/.test(path)),
      ).toEqual([]);
      const tagged = steps.filter(({ inputs }) => "tagsAll" in inputs);
      expect(tagged.length).toBeGreaterThan(50);
      expect(tagged.filter(({ op }) => op !== "update")).toEqual([]);
    });

    test("`destroy` ends empty", async () => {
      rehearsal.configure(edited(committed, { protect: false }));
      const run = succeeded(await rehearsal.destroy());
      expect(Object.keys(run.changes)).toEqual(["delete"]);
      expect(succeeded(await rehearsal.refresh()).steps).toEqual([]);
    });
  });
}

export function succeeded(run: Run): Run {
  const errors = run.diagnostics.filter(({ severity }) => severity === "error");
  expect(errors).toEqual([]);
  expect(run.succeeded).toBe(true);
  return run;
}

/** Operations on AWS's and random's resources, by `<operation> <type>`. */
function operations(run: Run): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op, type } of run.steps) {
    if (op === "same" || op === "read" || op === "refresh") continue;
    const key = `${op} ${type.replace(/^(\w+):(\w+)\/\w+:(\w+)$/, "$1.$2.$3").replace(/^aws\./, "")}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Names of the stateful resources that are replaced or deleted. */
function losses(run: Run, stack: string): string[] {
  const goes = ({ op, type }: Step) => (op === "replace" || op === "delete") && isStateful(type);
  return run.steps
    .filter(goes)
    .map(({ name }) => name.replace(`keelson-${stack}-use1-`, ""))
    .sort();
}

export function edited(config: Edit, edit: Edit): Record<string, unknown> {
  const result: Record<string, unknown> = { ...config };
  for (const [name, value] of Object.entries(edit)) {
    const key = `keelson:${name}`;
    result[key] = isMap(value) && isMap(result[key]) ? { ...result[key], ...value } : value;
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
