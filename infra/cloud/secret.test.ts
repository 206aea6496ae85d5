import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { recordResources } from "./mocks.ts";
import { type GeneratedSecretArgs, generatedSecret } from "./secret.ts";

const args: GeneratedSecretArgs = {
  description: "Somebody's password",
  kmsKeyArn: "arn:key/secrets",
  username: "somebody",
};

let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources({
    "random:index/randomPassword:RandomPassword": () => ({ result: "generated" }),
  });
});

async function made(changes: Partial<GeneratedSecretArgs> = {}) {
  const secret = generatedSecret("somebody", { ...args, ...changes }, {});
  await recorded.settled();
  const inputsOf = (type: string) => recorded.of(type)[0]?.inputs;
  return {
    secret,
    password: inputsOf("random:index/randomPassword:RandomPassword"),
    kept: inputsOf("aws:secretsmanager/secret:Secret"),
    version: inputsOf("aws:secretsmanager/secretVersion:SecretVersion"),
  };
}

test("keeps the user's name, the password and what else is given, as a secret", async () => {
  const { version } = await made({ fields: { host: pulumi.output("database"), port: 5432 } });
  expect(pulumi.runtime.isRpcSecret(version?.secretString)).toBe(true);
  expect(JSON.parse(pulumi.runtime.unwrapRpcSecret(version?.secretString))).toEqual({
    username: "somebody",
    password: "generated",
    host: "database",
    port: 5432,
  });
});

test("returns the password as a secret", async () => {
  const { secret } = await made();
  expect(await pulumi.isSecret(secret.password)).toBe(true);
});

test("is encrypted with the key, and made of letters and digits", async () => {
  const { kept, password } = await made();
  expect(kept).toMatchObject({ kmsKeyId: "arn:key/secrets", recoveryWindowInDays: 7 });
  expect(password).toEqual({ length: 48, special: false });
});

test("can have other characters and another length", async () => {
  const { password } = await made({ characters: "-_", length: 20 });
  expect(password).toEqual({ length: 20, special: true, overrideSpecial: "-_" });
});

test("can be recovered for longer where it is protected", async () => {
  const { kept } = await made({ protect: true });
  expect(kept).toMatchObject({ recoveryWindowInDays: 30 });
});

test("keeps a password that is there already, and generates none", async () => {
  const { password, version } = await made({ password: "from elsewhere" });
  expect(password).toBeUndefined();
  expect(JSON.parse(pulumi.runtime.unwrapRpcSecret(version?.secretString))).toMatchObject({
    password: "from elsewhere",
  });
});
