import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { refusalOf } from "../refusal.ts";
import { readSettings } from "./settings.ts";

const folder = new URL(".", import.meta.url);
const samples = readdirSync(folder).filter((name) => /^Pulumi\.\w+\.yaml$/.test(name));

const least = { account: "123456789012" };

function read(settings: Record<string, unknown>) {
  const keys = Object.entries(settings).map(([key, value]) => [`keelson-bootstrap:${key}`, value]);
  return readSettings("test", Object.fromEntries(keys));
}

const mistakesOf = (settings: Record<string, unknown>) => refusalOf(() => read(settings));

test("there is a sample of an environment's account and of the one that makes accounts", () => {
  expect(samples.sort()).toEqual(["Pulumi.dev.yaml", "Pulumi.management.yaml"]);
});

test.each(samples)("%s is accepted as it is, and comments every key", (file) => {
  const text = readFileSync(new URL(file, folder), "utf8");
  expect(() => readSettings("sample", parse(text).config)).not.toThrow();
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (/^ {2}(# )?keelson-bootstrap:/.test(line)) expect(lines[index - 1], line).toMatch(/^ {2}# \S/);
  }
});

test("what a sample leaves out in comments is accepted as well", () => {
  const text = readFileSync(new URL("Pulumi.dev.yaml", folder), "utf8");
  const whole = text.replaceAll(/^ {2}# (keelson-bootstrap:| {2}- )/gm, "  $1");
  expect(readSettings("dev", parse(whole).config).serviceLinkedRoles.length).toBe(9);
});

test("the account alone is enough, and its regions default to the one of the state", () => {
  expect(read({ ...least, region: "eu-west-1" })).toEqual({
    account: "123456789012",
    region: "eu-west-1",
    regions: ["eu-west-1"],
    environments: [],
    oldVersionDays: 90,
    serviceLinkedRoles: [],
    accounts: [],
  });
});

test.each([
  ["account", { account: "123" }],
  ["account", {}],
  ["region", { ...least, region: "Frankfurt" }],
  ["regions.0", { ...least, regions: ["x"] }],
  ["environments.0", { ...least, environments: ["local"], repository: "a/b" }],
  ["repository", { ...least, repository: "keelson" }],
  ["oidcProviderArn", { ...least, oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/example.com" }],
  ["oldVersionDays", { ...least, oldVersionDays: 0 }],
  ["serviceLinkedRoles.0", { ...least, serviceLinkedRoles: ["lambda"] }],
  ["accounts.0.email", { ...least, accounts: [{ name: "dev", email: "dev" }] }],
  ["unknown", { ...least, unknown: 1 }],
])("a wrong %s is told", (path, settings) => {
  expect(mistakesOf(settings).map((mistake) => mistake.path)).toEqual([path]);
});

test("environments need the repository whose pipelines they are for", () => {
  expect(mistakesOf({ ...least, environments: ["dev"] })).toEqual([
    {
      path: "repository",
      found: "nothing",
      allowed: "a GitHub repository as owner/name, where environments are given",
    },
  ]);
});

test("no two accounts share a name or an address", () => {
  const account = { name: "dev", email: "dev@example.com" };
  expect(mistakesOf({ ...least, accounts: [account, account] })).toEqual([
    { path: "accounts.1.name", found: '"dev"', allowed: "another than that of accounts.0" },
    { path: "accounts.1.email", found: '"dev@example.com"', allowed: "another than that of accounts.0" },
  ]);
});
