import { beforeEach, expect, test, vi } from "vitest";
import { type Found, findAll, type Part, provideAll, type Source, type Supply } from "./part.ts";

beforeEach(() => {
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
});

/** A source that records its use in `used`, and makes the parts available unless it fails. */
function source(name: string, used: string[], { available = true, fails = false } = {}): Source {
  return {
    name,
    isAvailable: () => available,
    announce: () => `by ${name}`,
    provide: async (missing) => {
      used.push(`${name}: ${missing.map((part) => part.name).join(" ")}`);
      if (fails) throw new Error("fetch failed");
      for (const part of missing)
        here.set(part.name, [{ path: `/${part.name}`, version: "2.1", source: name }]);
    },
  };
}

let here: Map<string, Found[]>;
beforeEach(() => {
  here = new Map();
});

function part(name: string, supply: Supply): Part {
  const words = { purpose: "for the test", disables: "the test" };
  return { name, minimum: "2.0", ...words, supply, look: () => here.get(name) ?? [] };
}

function supply(...sources: Source[]): Supply {
  return { sources, advice: (missing) => `Install ${missing.map(({ name }) => name).join(" ")}` };
}

test("nothing missing: no source is asked, nothing is written, and the preferred one that is new enough counts", async () => {
  const used: string[] = [];
  here.set("server", [
    { path: "/old", version: "1.9", source: "installed" },
    { path: "/new", version: "2.0", source: "installed" },
  ]);
  const found = await provideAll({ server: part("server", supply(source("first", used))) });
  expect(found.server.path).toBe("/new");
  expect(used).toEqual([]);
  expect(process.stderr.write).not.toHaveBeenCalled();
});

test("sources are tried in order, past those that are not available or fail, until nothing is missing", async () => {
  const used: string[] = [];
  const sources = supply(
    source("absent", used, { available: false }),
    source("failing", used, { fails: true }),
    source("working", used),
    source("never", used),
  );
  here.set("there", [{ path: "/there", version: "3.0", source: "installed" }]);
  const found = await provideAll({
    one: part("one", sources),
    two: part("two", sources),
    there: part("there", sources),
  });
  expect(used).toEqual(["failing: one two", "working: one two"]);
  expect(found.two).toEqual({ path: "/two", version: "2.1", source: "working" });
});

test("one error lists all that is missing, what was tried, and what to do", async () => {
  here.set("old", [{ path: "/usr/bin/old", version: "1.5", source: "installed" }]);
  const servers = supply(source("failing", [], { fails: true }));
  const parts = { one: part("one", servers), old: part("old", servers), engine: part("engine", supply()) };
  await expect(provideAll(parts)).rejects.toThrow(
    [
      "Missing:",
      "  one 2.0 or newer, for the test",
      "  old 2.0 or newer, for the test (found 1.5: /usr/bin/old)",
      "  engine 2.0 or newer, for the test",
      "Tried without success:",
      "  failing: fetch failed",
      "Mend that and run the command again, or:",
      "Install one old",
      "Install engine",
    ].join("\n"),
  );
});

test("finding alone provides nothing", () => {
  const used: string[] = [];
  expect(() => findAll({ one: part("one", supply(source("first", used))) })).toThrow("one 2.0 or newer");
  expect(used).toEqual([]);
});

test("an interruption stops the trying", async () => {
  const used: string[] = [];
  const interrupted: Source = {
    ...source("interrupted", used),
    provide: async () => {
      process.emit("SIGINT");
      throw new Error("ended by Ctrl-C");
    },
  };
  const parts = { one: part("one", supply(interrupted, source("next", used))) };
  await expect(provideAll(parts)).rejects.toThrow("Interrupted");
  expect(used).toEqual([]);
});
