import { beforeEach, expect, test } from "vitest";
import { type Registered, recordResources } from "../cloud/mocks.ts";
import { Bootstrap } from "./bootstrap.ts";
import { readSettings } from "./settings.ts";

const account = "123456789012";
let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources({ "aws:s3/bucket:Bucket": (_, name) => ({ bucket: `${name}-1a2b3c4` }) });
});

async function made(settings: Record<string, unknown> = {}) {
  const keys = Object.entries({ account, ...settings }).map(([key, value]) => [
    `keelson-bootstrap:${key}`,
    value,
  ]);
  const bootstrap = new Bootstrap("keelson", {
    stack: "dev",
    settings: readSettings("dev", Object.fromEntries(keys)),
  });
  await recorded.settled();
  return bootstrap;
}

function only(type: string): Registered["inputs"] {
  const [resource, ...others] = recorded.of(type);
  expect(others, type).toEqual([]);
  if (!resource) throw new Error(`no ${type}`);
  return resource.inputs;
}

const resolved = <T>(output: { apply(use: (value: T) => void): unknown }) =>
  new Promise<T>((resolve) => output.apply(resolve));

test("nothing is done in another account", async () => {
  await made();
  const provider = only("pulumi:providers:aws");
  expect(JSON.parse(provider.allowedAccountIds)).toEqual([account]);
  expect(JSON.parse(provider.defaultTags).tags["keelson:stack"]).toBe("bootstrap-dev");
});

test("the state is versioned, encrypted, and closed to everyone else", async () => {
  await made({ oldVersionDays: 30 });
  const bucket = "keelson-state-1a2b3c4";
  expect(only("aws:s3/bucketVersioning:BucketVersioning")).toMatchObject({
    bucket,
    versioningConfiguration: { status: "Enabled" },
  });
  expect(
    only("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").rules,
  ).toMatchObject([
    {
      applyServerSideEncryptionByDefault: {
        sseAlgorithm: "aws:kms",
        kmsMasterKeyId: expect.stringMatching(/keelson-state$/),
      },
    },
  ]);
  expect(only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")).toEqual({
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(only("aws:s3/bucketOwnershipControls:BucketOwnershipControls").rule).toEqual({
    objectOwnership: "BucketOwnerEnforced",
  });
  const [rule] = only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").rules;
  expect(rule).toMatchObject({
    status: "Enabled",
    noncurrentVersionExpiration: { noncurrentDays: 30, newerNoncurrentVersions: 10 },
    expiration: { expiredObjectDeleteMarker: true },
  });
});

test("the bucket answers over TLS only", async () => {
  await made();
  const { Statement: statements } = JSON.parse(only("aws:s3/bucketPolicy:BucketPolicy").policy);
  expect(statements).toMatchObject([
    {
      Effect: "Deny",
      Principal: { AWS: "*" },
      Action: "s3:*",
      Resource: [expect.stringMatching(/keelson-state$/), expect.stringMatching(/keelson-state\/\*$/)],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
});

test("the key rotates, is the account's to use, and lets nobody do everything", async () => {
  await made();
  const key = only("aws:kms/key:Key");
  expect(key).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
  const [statement] = JSON.parse(key.policy).Statement;
  expect(statement.Principal).toEqual({ AWS: `arn:aws:iam::${account}:root` });
  expect(statement.Action).toEqual(
    expect.arrayContaining(["kms:PutKeyPolicy", "kms:Encrypt", "kms:Decrypt"]),
  );
  expect(statement.Action.join()).not.toContain("*");
});

test("the backend and the secrets provider are told in the form that Pulumi takes", async () => {
  const { state } = await made({ region: "eu-west-1" });
  expect(await resolved(state.backendUrl)).toBe("s3://keelson-state-1a2b3c4?region=eu-west-1&awssdk=v2");
  expect(await resolved(state.secretsProvider)).toBe("awskms://alias/keelson-state?region=eu-west-1");
});

test("disks are encrypted by default in every region, and no bucket of the account is public", async () => {
  await made({ regions: ["us-east-1", "eu-west-1"] });
  const disks = recorded.of("aws:ebs/encryptionByDefault:EncryptionByDefault").map(({ inputs }) => inputs);
  expect(disks).toEqual([
    { enabled: true, region: "us-east-1" },
    { enabled: true, region: "eu-west-1" },
  ]);
  expect(only("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock")).toMatchObject({
    restrictPublicBuckets: true,
  });
});

test("service-linked roles and accounts are made only when they are asked for", async () => {
  await made();
  expect(recorded.of("aws:iam/serviceLinkedRole:ServiceLinkedRole")).toEqual([]);
  expect(recorded.of("aws:organizations/account:Account")).toEqual([]);

  recorded = await recordResources();
  await made({
    serviceLinkedRoles: ["autoscaling", "rds"],
    accounts: [{ name: "keelson dev", email: "dev@example.com" }],
  });
  const services = recorded.of("aws:iam/serviceLinkedRole:ServiceLinkedRole").map(({ inputs }) => inputs);
  expect(services).toEqual([
    { awsServiceName: "autoscaling.amazonaws.com" },
    { awsServiceName: "rds.amazonaws.com" },
  ]);
  expect(only("aws:organizations/account:Account")).toEqual({
    name: "keelson dev",
    email: "dev@example.com",
  });
});

test("an environment has a role that deploys and one that previews, for pipelines that GitHub vouches for", async () => {
  const { roles } = await made({ environments: ["dev"], repository: "example/keelson" });
  expect(only("aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toEqual({
    url: "https://token.actions.githubusercontent.com",
    clientIdLists: ["sts.amazonaws.com"],
  });
  expect(Object.keys(roles)).toEqual(["dev-deploy", "dev-preview"]);
  const trusted = recorded.of("aws:iam/role:Role").map(({ inputs }) => {
    const [{ Principal, Condition }] = JSON.parse(inputs.assumeRolePolicy).Statement;
    return [Principal.Federated, Condition.StringEquals["token.actions.githubusercontent.com:sub"]];
  });
  const provider = expect.stringMatching(/keelson-pipelines$/);
  expect(trusted).toEqual([
    [provider, "repo:example/keelson:environment:dev"],
    [provider, "repo:example/keelson:environment:dev-preview"],
  ]);
});

test("without an environment no pipeline has a way in", async () => {
  const { roles } = await made({ repository: "example/keelson" });
  expect(roles).toEqual({});
  expect(recorded.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toEqual([]);
  expect(recorded.of("aws:iam/role:Role")).toEqual([]);
});

test("an OIDC provider that is there is used", async () => {
  const oidcProviderArn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
  await made({ environments: ["prod"], repository: "example/keelson", oidcProviderArn });
  expect(recorded.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toEqual([]);
  for (const { inputs } of recorded.of("aws:iam/role:Role")) {
    expect(JSON.parse(inputs.assumeRolePolicy).Statement[0].Principal.Federated).toBe(oidcProviderArn);
  }
});
