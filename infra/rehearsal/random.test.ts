import { expect, test } from "vitest";
import { type Properties, unknown } from "./protocol.ts";
import { randomStandIn } from "./random.ts";

const random = randomStandIn().configure({}, { names: new Map(), planned: new Map() });
const password = "random:index/randomPassword:RandomPassword";

function resource(type: string) {
  return { urn: `urn:pulumi:a::b::${type}::r`, type, name: "r" };
}

async function made(type: string, inputs: Properties) {
  return random.create(resource(type), inputs, false);
}

test("a password has its length and as many of each kind as are asked for", async () => {
  const inputs = {
    length: 40,
    minLower: 5,
    minUpper: 6,
    minNumeric: 7,
    minSpecial: 8,
    overrideSpecial: "-_",
  };
  const { outputs } = await made(password, inputs);
  const result = `${outputs.result}`;
  expect(result).toHaveLength(40);
  const count = (pattern: RegExp) => result.match(pattern)?.length ?? 0;
  expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(5);
  expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(6);
  expect(count(/[0-9]/g)).toBeGreaterThanOrEqual(7);
  expect(count(/[-_]/g)).toBeGreaterThanOrEqual(8);
  expect(result).toMatch(/^[\w-]+$/);
});

test("a kind of character that is switched off is not in it", async () => {
  const inputs = { length: 200, special: false, upper: false, numeric: false };
  expect((await made(password, inputs)).outputs.result).toMatch(/^[a-z]{200}$/);
});

test("two are not the same, and the hash has a hash's form", async () => {
  const [one, other] = [await made(password, { length: 20 }), await made(password, { length: 20 })];
  expect(one.outputs.result).not.toBe(other.outputs.result);
  expect(one.outputs.bcryptHash).toMatch(/^\$2a\$10\$[./\w]{53}$/);
});

test("an id has its forms of the same bytes, with the prefix before each", async () => {
  const { id, outputs } = await made("random:index/randomId:RandomId", { byteLength: 4, prefix: "p-" });
  const hex = `${outputs.hex}`.replace("p-", "");
  expect(Buffer.from(id, "base64url").toString("hex")).toBe(hex);
  expect(outputs.dec).toBe(`p-${Number.parseInt(hex, 16)}`);
  expect(outputs.b64Url).toBe(`p-${id}`);
});

test("bytes and strings have their length", async () => {
  const bytes = await made("random:index/randomBytes:RandomBytes", { length: 16 });
  expect(Buffer.from(`${bytes.outputs.base64}`, "base64")).toHaveLength(16);
  const text = await made("random:index/randomString:RandomString", { length: 12 });
  expect(text.id).toBe(text.outputs.result);
});

test("in a preview the value is unknown", async () => {
  const { id, outputs } = await random.create(resource(password), { length: 20 }, true);
  expect({ id, ...outputs }).toEqual({ id: "", length: 20, result: unknown, bcryptHash: unknown });
});

test.each([
  [{ length: 0 }, "length: found 0, allowed: at least 1"],
  [{ length: 5, minUpper: 6 }, "length: found 5, allowed: at least 6"],
  [{ length: 5, colour: 1 }, "colour: found a property that"],
  [{ length: 5, lower: false, upper: false, numeric: false, special: false }, "found no kind of character"],
])("%j is refused", (inputs, reason) => {
  expect(random.check(resource(password), undefined, inputs).failures.join()).toContain(reason);
});

test("a type that it lacks is refused by its name", () => {
  const { failures } = random.check(resource("random:index/randomPet:RandomPet"), undefined, {});
  expect(failures.join()).toContain("found the type random:index/randomPet:RandomPet");
});

// Source: https://registry.terraform.io/providers/hashicorp/random/latest/docs
test("any change makes another value", () => {
  const before = { id: "none", inputs: { length: 20, keepers: { a: "1" } }, outputs: {} };
  const { changes, replacing } = random.diff(resource(password), before, { length: 20, keepers: { a: "2" } });
  expect(changes).toHaveLength(1);
  expect(replacing.size).toBe(1);
  expect(random.diff(resource(password), before, before.inputs).changes).toEqual([]);
});
