import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { World } from "./world.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keelson-"));
  file = join(folder, "world.json");
});

afterEach(() => rmSync(folder, { recursive: true }));

function subnet(id: string, generation = 0, region = "us-east-1") {
  const type = "aws:ec2/subnet:Subnet";
  return { type, urn: `urn:pulumi:a::b::${type}::s`, id, region, generation, inputs: {}, outputs: { id } };
}

test("what lives is there again for the next command, for its owner only", async () => {
  await new World(file).add(subnet("subnet-1"));
  const world = new World(file);
  expect([...world.all()]).toEqual([subnet("subnet-1")]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await world.remove(subnet("subnet-1"));
  expect([...new World(file).all()]).toEqual([]);
});

test("changes at the same time are all written, and no half of a file stays", async () => {
  const world = new World(file);
  const added = Array.from({ length: 50 }, (_, index) => world.add(subnet(`subnet-${index}`)));
  await Promise.all([...added, world.remove(subnet("subnet-7")), world.change(subnet("subnet-8", 3))]);
  const written = new World(file);
  expect([...written.all()]).toEqual([...world.all()]);
  expect([...written.all()]).toHaveLength(49);
  expect(written.get(subnet("subnet-8"))?.generation).toBe(3);
  expect(readdirSync(folder)).toEqual(["world.json"]);
});

test("the second resource of a URN is of the next generation, even when the first is gone", async () => {
  const world = new World(file);
  expect(world.generation(subnet("subnet-1").urn)).toBe(0);
  await world.add(subnet("subnet-1"));
  await world.remove(subnet("subnet-1"));
  expect(new World(file).generation(subnet("subnet-1").urn)).toBe(1);
});

test("an id is there once in a region", async () => {
  const world = new World(file);
  await world.add(subnet("subnet-1"));
  expect(() => world.add(subnet("subnet-1"))).toThrow("::s has the id subnet-1 already");
  await world.add(subnet("subnet-1", 1, "us-west-2"));
});

test("a resource keeps its place under another URN", async () => {
  const world = new World(file);
  await world.add(subnet("subnet-1"));
  world.rename(world.get(subnet("subnet-1")) as never, "urn:other");
  expect(world.get(subnet("subnet-1"))?.urn).toBe("urn:other");
});
