import { expect, test } from "vitest";
import { parseEvent, toRun } from "./events.ts";

const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secretValue = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};
const stackUrn = "urn:pulumi:dev::keelson::pulumi:pulumi:Stack::keelson-dev";
const vpcUrn = "urn:pulumi:dev::keelson::keelson:cloud:Network$aws:ec2/vpc:Vpc::net-vpc";
const ended = { code: 0, seconds: 1, errorText: "" };

type Name = "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent";

/** An event as the engine writes it, of a VPC unless told otherwise. */
function told(name: Name, op: string, more: object = {}) {
  const metadata = {
    op,
    urn: vpcUrn,
    type: "aws:ec2/vpc:Vpc",
    old: null,
    new: null,
    detailedDiff: null,
    ...more,
  };
  return (
    parseEvent(JSON.stringify({ sequence: 1, timestamp: 1, [name]: { metadata, planning: true } })) ?? {}
  );
}

function said(severity: string, message: string, more: object = {}) {
  return { diagnosticEvent: { severity, message, ...more } };
}

test("a created resource, with unknown and secret inputs told as such", () => {
  const inputs = {
    cidrBlock: "10.0.0.0/16",
    gateway: unknownValue,
    tags: { Key: secretValue },
    list: [unknownValue, 0, null],
  };
  const state = { parent: stackUrn, protect: true, inputs, outputs: {} };
  const { steps, changes } = toRun(
    [told("resourcePreEvent", "create", { new: state }), told("resOutputsEvent", "create", { new: state })],
    ended,
  );
  expect(changes).toEqual({ create: 1 });
  expect(steps).toEqual([
    {
      op: "create",
      urn: vpcUrn,
      type: "aws:ec2/vpc:Vpc",
      name: "net-vpc",
      parent: stackUrn,
      protected: true,
      failed: false,
      inputs: {
        cidrBlock: "10.0.0.0/16",
        gateway: "[unknown]",
        tags: { Key: "[secret]" },
        list: ["[unknown]", 0, null],
      },
      replacedBy: [],
      changed: [],
    },
  ]);
});

const before = { parent: stackUrn, protect: true, inputs: { cidrBlock: "10.0.0.0/16" } };
const after = { parent: stackUrn, inputs: { cidrBlock: "10.1.0.0/16" } };
const reasons = {
  keys: ["cidrBlock"],
  detailedDiff: {
    "tags.Name": { diffKind: "update" },
    cidrBlock: { diffKind: "update-replace" },
    ipv6: { diffKind: "add" },
  },
};

test.each([
  ["deleted before it is made", ["delete-replaced", "replace", "create-replacement"]],
  ["made before it is deleted", ["create-replacement", "replace", "delete-replaced"]],
])("a replacement, %s, is one step with its reasons and the old one's protection", (_, order) => {
  const events = order.map((op) => {
    const what = op === "delete-replaced" ? { old: before } : { old: before, new: after, ...reasons };
    return told("resOutputsEvent", op, what);
  });
  const { steps, changes } = toRun(events, ended);
  expect(changes).toEqual({ replace: 1 });
  expect(steps).toMatchObject([
    {
      op: "replace",
      parent: stackUrn,
      protected: true,
      inputs: { cidrBlock: "10.1.0.0/16" },
      replacedBy: ["cidrBlock"],
      changed: [
        { path: "cidrBlock", kind: "update" },
        { path: "ipv6", kind: "add" },
        { path: "tags.Name", kind: "update" },
      ],
    },
  ]);
});

test("where the provider tells no paths, the top properties are told", () => {
  const update = told("resourcePreEvent", "update", {
    old: before,
    new: after,
    diffs: ["tags", "cidrBlock"],
  });
  const replace = told("resourcePreEvent", "replace", { old: before, new: after, keys: ["cidrBlock"] });
  expect(toRun([update], ended).steps[0]?.changed.map(({ path }) => path)).toEqual(["cidrBlock", "tags"]);
  expect(toRun([replace], ended).steps[0]?.replacedBy).toEqual(["cidrBlock"]);
});

test("a refresh tells what it found, a delete what there was", () => {
  const found = [
    told("resourcePreEvent", "refresh", { old: before, new: before }),
    told("resOutputsEvent", "delete", { old: before }),
  ];
  expect(toRun(found, ended).steps).toMatchObject([
    { op: "delete", protected: true, inputs: { cidrBlock: "10.0.0.0/16" } },
  ]);
});

test("what failed is not counted as done", () => {
  const run = toRun(
    [
      told("resourcePreEvent", "create", { new: after }),
      said("error", "the address range is taken\n", { urn: vpcUrn }),
      told("resOpFailedEvent", "create", { new: after }),
      said("error", "update failed\n"),
    ],
    { ...ended, code: 255 },
  );
  expect(run).toMatchObject({ succeeded: false, changes: {}, steps: [{ op: "create", failed: true }] });
  expect(run.diagnostics).toEqual([
    { severity: "error", urn: vpcUrn, message: "the address range is taken" },
  ]);
});

test("outputs are those of the stack, with unknown and secret values told as such", () => {
  const stack = { type: "pulumi:pulumi:Stack", urn: stackUrn };
  const run = toRun(
    [
      told("resOutputsEvent", "create", { ...stack, new: { outputs: {} } }),
      told("resOutputsEvent", "create", {
        ...stack,
        new: { outputs: { endpoint: unknownValue, password: secretValue } },
      }),
    ],
    ended,
  );
  expect(run.outputs).toEqual({ endpoint: "[unknown]", password: "[secret]" });
});

test("debug messages, which hold values as they are, and passing ones are left out", () => {
  const { diagnostics } = toRun(
    [
      said("debug", "RegisterResource RPC prepared: password=hunter2"),
      said("info", "creating …", { ephemeral: true }),
      said("info#err", "from the program's standard error\n"),
      said("info", "\n"),
    ],
    ended,
  );
  expect(diagnostics).toEqual([{ severity: "info", message: "from the program's standard error" }]);
});

test("an engine that did not begin tells why on its standard error", () => {
  const run = toRun([], { ...ended, code: 255, errorText: "error: no stack named 'dev' found\n" });
  expect(run.diagnostics).toEqual([{ severity: "error", message: "no stack named 'dev' found" }]);
  expect(toRun([], { ...ended, code: 137 }).diagnostics[0]?.message).toBe("The engine ended with 137.");
});

test("a line that is no event is passed over, an operation nobody knows is not", () => {
  expect(parseEvent("warning: something")).toBeUndefined();
  expect(parseEvent("3")).toBeUndefined();
  expect(() => toRun([told("resourcePreEvent", "transmute")], ended)).toThrow('"transmute"');
});
