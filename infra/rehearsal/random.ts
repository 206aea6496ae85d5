/**
 * The stand-in for `random`, which needs no account either: like the provider, it makes values once and keeps
 * them in the stack's state (https://registry.terraform.io/providers/hashicorp/random/latest/docs).
 */
import { randomBytes, randomInt } from "node:crypto";
import { createRequire } from "node:module";
import { changesBetween } from "./comparison.ts";
import { hasUnknown, type Properties, unknown } from "./protocol.ts";
import type { ConfiguredStandIn, StandIn } from "./stand-in.ts";

interface RandomType {
  readonly inputs: readonly string[];
  /** Why the provider would refuse known inputs. */
  readonly refuse: (inputs: Properties) => readonly string[];
  /** What it computes; in the order of `make`. */
  readonly outputs: readonly string[];
  readonly make: (inputs: Properties) => { id: string } & Properties;
}

export function randomStandIn(): StandIn {
  const { version } = createRequire(import.meta.url)("@pulumi/random/package.json");
  return { version, checkConfig: () => [], configure: () => configured };
}

/** Any changed input makes a new value: every argument of these resources forces a replacement. */
const configured: ConfiguredStandIn = {
  check: ({ type }, _before, inputs) => {
    const kind = kinds[type];
    if (!kind) return { inputs, failures: [notHad(type)] };
    const strange = Object.keys(inputs).filter((name) => !kind.inputs.includes(name));
    const failures = [
      ...strange.map((name) => `${name}: found a property that ${type} lacks`),
      ...(hasUnknown(inputs) ? [] : kind.refuse(inputs)),
    ];
    return { inputs, failures };
  },
  diff: (_resource, before, inputs) => {
    const changes = changesBetween(before.inputs, inputs, () => true);
    return { changes, replacing: new Set(changes), deleteBeforeReplace: false };
  },
  create: ({ type }, inputs, preview) => {
    const kind = kinds[type];
    if (!kind) throw new Error(notHad(type));
    if (preview) {
      const outputs = Object.fromEntries(kind.outputs.map((name) => [name, unknown]));
      return { id: "", outputs: { ...inputs, ...outputs } };
    }
    const { id, ...outputs } = kind.make(inputs);
    return { id, outputs: { ...inputs, ...outputs } };
  },
  read: (_resource, before) => before,
  update: ({ type }) => {
    throw new Error(`${type} cannot be changed in place`);
  },
  delete: () => {},
  invoke: (token) => {
    throw new Error(`the stand-in for random answers no functions; found ${token}`);
  },
};

function notHad(type: string): string {
  const names = Object.keys(kinds).join(", ");
  return `found the type ${type}, allowed: ${names}; add it to infra/rehearsal/random.ts`;
}

const text = {
  inputs: [
    "keepers",
    "length",
    "lower",
    "minLower",
    "minNumeric",
    "minSpecial",
    "minUpper",
    "number",
    "numeric",
    "overrideSpecial",
    "special",
    "upper",
  ],
  refuse: (inputs: Properties) => {
    const { length, least, alphabet } = recipe(inputs);
    const needed = Math.max(
      1,
      least.reduce((sum, { count }) => sum + count, 0),
    );
    return [
      ...(length < needed ? [`length: found ${length}, allowed: at least ${needed}`] : []),
      ...(alphabet === ""
        ? ["found no kind of character, allowed: at least one of lower, upper, numeric, special"]
        : []),
    ];
  },
};

/** Types by token. `bcryptHash` has the form of a hash, but no password that fits: nothing verifies one here. */
const kinds: Readonly<Record<string, RandomType>> = {
  "random:index/randomPassword:RandomPassword": {
    ...text,
    outputs: ["result", "bcryptHash"],
    make: (inputs) => ({
      id: "none",
      result: randomText(inputs),
      bcryptHash: `$2a$10$${characters(53, `./${kindsOfCharacter.numeric}${kindsOfCharacter.upper}${kindsOfCharacter.lower}`)}`,
    }),
  },
  "random:index/randomString:RandomString": {
    ...text,
    outputs: ["result"],
    make: (inputs) => {
      const result = randomText(inputs);
      return { id: result, result };
    },
  },
  "random:index/randomId:RandomId": {
    inputs: ["byteLength", "keepers", "prefix"],
    refuse: ({ byteLength }) => atLeastOne("byteLength", byteLength),
    outputs: ["hex", "dec", "b64Url", "b64Std"],
    make: ({ byteLength, prefix = "" }) => {
      const bytes = randomBytes(Number(byteLength));
      const hex = bytes.toString("hex");
      const id = bytes.toString("base64url");
      const forms = { hex, dec: `${BigInt(`0x${hex}`)}`, b64Url: id, b64Std: bytes.toString("base64") };
      return {
        id,
        ...Object.fromEntries(Object.entries(forms).map(([name, form]) => [name, `${prefix}${form}`])),
      };
    },
  },
  "random:index/randomBytes:RandomBytes": {
    inputs: ["keepers", "length"],
    refuse: ({ length }) => atLeastOne("length", length),
    outputs: ["base64", "hex"],
    make: ({ length }) => {
      const bytes = randomBytes(Number(length));
      return { id: "none", base64: bytes.toString("base64"), hex: bytes.toString("hex") };
    },
  },
};

function atLeastOne(name: string, value: unknown): string[] {
  return Number(value) >= 1 ? [] : [`${name}: found ${value ?? "nothing"}, allowed: at least 1`];
}

const kindsOfCharacter = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};

/** Each kind of character is in it unless it is switched off, and at least as often as is asked for. */
function recipe(inputs: Properties) {
  const { length, lower, upper, special, overrideSpecial, number, numeric = number } = inputs;
  const specials = String(overrideSpecial || kindsOfCharacter.special);
  const kinds = [
    { on: lower, least: inputs.minLower, set: kindsOfCharacter.lower },
    { on: upper, least: inputs.minUpper, set: kindsOfCharacter.upper },
    { on: numeric, least: inputs.minNumeric, set: kindsOfCharacter.numeric },
    { on: special, least: inputs.minSpecial, set: specials },
  ];
  return {
    length: Number(length ?? 0),
    alphabet: kinds
      .filter(({ on }) => on !== false)
      .map(({ set }) => set)
      .join(""),
    least: kinds.map(({ least, set }) => ({ count: Number(least ?? 0), set })),
  };
}

function randomText(inputs: Properties): string {
  const { length, least, alphabet } = recipe(inputs);
  const asked = least.map(({ count, set }) => characters(count, set)).join("");
  return shuffled(asked + characters(length - asked.length, alphabet));
}

function characters(count: number, alphabet: string): string {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join("");
}

function shuffled(text: string): string {
  const characters = [...text];
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] as string, characters[last] as string];
  }
  return characters.join("");
}
