import { beforeEach, expect, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { Identity, type IdentityArgs } from "./identity.ts";
import { recordResources } from "./mocks.ts";

const args: IdentityArgs = {
  clusterName: "c",
  account: "123456789012",
  region: "us-east-1",
  secrets: {
    redis: "arn:redis",
    service: "arn:service",
    migration: "arn:migration",
    master: "arn:master",
    monitoring: [],
  },
  secretsKeyArn: "arn:key",
};

let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources();
});

async function made(changes: Partial<IdentityArgs> = {}): Promise<Identity> {
  const identity = new Identity("keelson-test", { ...args, ...changes }, {});
  await recorded.settled();
  return identity;
}

function policyOf(
  serviceAccount: string,
): { Action: string | string[]; Resource: unknown; Condition?: object }[] {
  const name = `keelson-test-${serviceAccount}`;
  const found = recorded.of("aws:iam/rolePolicy:RolePolicy").find((each) => each.name === name);
  return JSON.parse(found?.inputs.policy ?? '{"Statement":[]}').Statement;
}

test("each workload has a role for its service account in its namespace", async () => {
  const identity = await made({ namespaces: { api: "shop" } });
  const associations = recorded
    .of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    .map(({ inputs }) => `${inputs.clusterName} ${inputs.namespace}/${inputs.serviceAccount}`);
  expect(associations).toEqual([
    "c shop/api",
    "c keelson/migration",
    "c monitoring/monitoring",
    "c kube-system/cluster-autoscaler",
  ]);
  expect(Object.keys(identity.roles)).toEqual(["api", "migration", "monitoring", "clusterAutoscaler"]);
  const trust = JSON.parse(recorded.of("aws:iam/role:Role")[0]?.inputs.assumeRolePolicy);
  expect(trust.Statement[0].Condition.StringEquals).toMatchObject({
    "aws:RequestTag/kubernetes-namespace": "shop",
    "aws:RequestTag/kubernetes-service-account": "api",
  });
});

test("the API reads its own secrets and may do nothing else", async () => {
  await made();
  const [read, decrypt, ...others] = policyOf("api");
  expect(others).toEqual([]);
  expect(read?.Resource).toEqual(["arn:redis", "arn:service"]);
  expect(decrypt).toMatchObject({
    Action: "kms:Decrypt",
    Resource: "arn:key",
    Condition: { StringEquals: { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" } },
  });
});

test.each([
  [args.secrets, ["arn:migration", "arn:master"]],
  [{ ...args.secrets, master: undefined } as unknown as IdentityArgs["secrets"], ["arn:migration"]],
])("migrations read the owner's secret, and the master's where there is one", async (secrets, read) => {
  await made({ secrets });
  expect(policyOf("migration")[0]?.Resource).toEqual(read);
});

test("the autoscaler scales groups of its cluster alone", async () => {
  await made();
  const scale = policyOf("cluster-autoscaler").find(({ Action }) =>
    Action.includes("autoscaling:SetDesiredCapacity"),
  );
  expect(scale?.Condition).toEqual({
    StringEquals: {
      "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
      "aws:ResourceTag/eks:cluster-name": "c",
    },
  });
});

test("no workload has a wildcard action, and monitoring without secrets reads none", async () => {
  await made();
  const statements = ["api", "migration", "monitoring", "cluster-autoscaler"].flatMap(policyOf);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
  expect(
    policyOf("monitoring")
      .flatMap(({ Action }) => Action)
      .join(),
  ).not.toContain("secretsmanager");
});

test.each([
  ["namespaces.api", { namespaces: { api: "No" } }, '"No"', /lower-case/],
  ["account", { account: "1" }, '"1"', /12 digits/],
])("refuses a wrong %s", (path, changes, found, allowed) => {
  const mistakes = refusalOf(() => new Identity("keelson-test", { ...args, ...changes }, {}));
  expect(mistakes).toEqual([{ path, found, allowed: expect.stringMatching(allowed) }]);
  expect(recorded.all).toEqual([]);
});
