import { expect, test } from "vitest";
import { InvalidInput } from "../../validate.ts";
import type { CloudSettings } from "../settings.ts";
import { readSettings } from "../settings.ts";
import { recordResources } from "./mocks.ts";
import { CloudPlatform } from "./platform.ts";
import { regionCode } from "./region-code.ts";

const config = { "keelson:environment": "dev", "keelson:account": "111122223333" };

/** Computed properties that the components look into. */
const record = () =>
  recordResources({
    "aws:eks/cluster:Cluster": () => ({
      certificateAuthority: { data: "" },
      identities: [{ oidcs: [{ issuer: "https://issuer" }] }],
      vpcConfig: { clusterSecurityGroupId: "sg-1" },
    }),
    "aws:eks/nodeGroup:NodeGroup": () => ({ resources: [{ autoscalingGroups: [{ name: "group" }] }] }),
    "aws:rds/cluster:Cluster": () => ({ masterUserSecrets: [{ secretArn: "arn:master" }] }),
  });

function settings(changed: Record<string, unknown> = {}): CloudSettings {
  return readSettings("dev", { ...config, ...changed }) as CloudSettings;
}

test.each([
  ["us-east-1", "use1"],
  ["ap-southeast-2", "apse2"],
  ["eu-central-1", "euc1"],
  ["us-gov-west-1", "usgw1"],
])("%s is %s for short", (region, code) => {
  expect(regionCode(region)).toBe(code);
});

test.each(["Dev", "a-stack-too-long", "1st", "my--stack", "my_stack"])(
  "a stack named %s is refused before anything is registered",
  async (stack) => {
    const recorded = await record();
    expect(() => new CloudPlatform({ stack, settings: settings() })).toThrow(InvalidInput);
    await recorded.settled();
    expect(recorded.all).toEqual([]);
  },
);

test("a region's provider works in the stack's account only, and tags what it makes", async () => {
  const recorded = await record();
  new CloudPlatform({ stack: "dev", settings: settings({ "keelson:tags": { team: "platform" } }) });
  await recorded.settled();
  const [provider, ...others] = recorded.of("pulumi:providers:aws");
  expect(others).toEqual([]);
  expect(JSON.parse(provider?.inputs.allowedAccountIds)).toEqual(["111122223333"]);
  expect(JSON.parse(provider?.inputs.defaultTags).tags).toMatchObject({
    team: "platform",
    "keelson:stack": "dev",
  });
});

test("a transform reaches the resource that it is for", async () => {
  const recorded = await record();
  const maintenanceWindow = "sat:02:00-sat:03:00";
  new CloudPlatform({
    stack: "dev",
    settings: settings(),
    transform: { redis: { replicationGroup: (args) => ({ ...args, maintenanceWindow }) } },
  });
  await recorded.settled();
  const [group] = recorded.of("aws:elasticache/replicationGroup:ReplicationGroup");
  expect(group?.inputs.maintenanceWindow).toBe(maintenanceWindow);
});

test("spot node groups exist only where they may have nodes", async () => {
  const groups = async (spotMax: number) => {
    const recorded = await record();
    const kubernetes = { generations: { blue: { spotMax } } };
    new CloudPlatform({ stack: "dev", settings: settings({ "keelson:kubernetes": kubernetes }) });
    await recorded.settled();
    return recorded.of("aws:eks/nodeGroup:NodeGroup").map(({ inputs }) => inputs.capacityType);
  };
  expect((await groups(2)).sort()).toEqual(["ON_DEMAND", "SPOT"]);
  expect(await groups(0)).toEqual(["ON_DEMAND"]);
});
