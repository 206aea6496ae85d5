import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { written } from "../comparison.ts";
import { type Properties, unknown } from "../protocol.ts";
import type { Command, ConfiguredStandIn, ResourceId, State } from "../stand-in.ts";
import { World } from "../world.ts";
import { awsStandIn } from "./provider.ts";

const logGroup = "aws:cloudwatch/logGroup:LogGroup";
const eksCluster = "aws:eks/cluster:Cluster";
const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });

let folder: string;
let world: World;
let account: ConfiguredStandIn;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keelson-"));
  world = new World(join(folder, "world.json"));
  account = configured();
});

afterEach(() => rmSync(folder, { recursive: true }));

function configured(
  config: Properties = {},
  command: Command = { names: new Map(), planned: new Map() },
): ConfiguredStandIn {
  return awsStandIn(world).configure(
    {
      region: "us-east-1",
      allowedAccountIds: JSON.stringify(["111122223333"]),
      defaultTags: JSON.stringify({ tags: { Stack: "test" } }),
      ...config,
    },
    command,
  );
}

function resource(type: string, name = "main"): ResourceId {
  return { urn: `urn:pulumi:stack::project::${type}::${name}`, type, name };
}

/** Checks and makes it, as the engine does. */
async function made(type: string, given: Properties, name = "main"): Promise<State> {
  const { inputs, failures } = account.check(resource(type, name), undefined, given);
  expect(failures).toEqual([]);
  return { inputs, ...(await account.create(resource(type, name), inputs, false)) };
}

function living(type: string, region: string, inputs: Properties) {
  const outputs = { ...inputs, region };
  return { type, urn: resource(type).urn, id: "same", region, generation: 0, inputs, outputs };
}

function refusals(type: string, inputs: Properties): string {
  return account.check(resource(type), undefined, inputs).failures.join("\n");
}

/** What a change of properties does: the changed paths, those that replace marked by an exclamation mark. */
function effect(type: string, before: Properties, after: Properties): readonly string[] {
  const { changes, replacing } = account.diff(
    resource(type),
    { id: "id", inputs: before, outputs: {} },
    after,
  );
  return changes.map((change) => `${written(change.path)}${replacing.has(change) ? "!" : ""}`);
}

describe("check", () => {
  test("adds the provider's region, all tags and a name of its own", () => {
    const { inputs } = account.check(resource(logGroup), undefined, { tags: { Name: "a" } });
    expect(inputs).toEqual({
      name: expect.stringMatching(/^main-[0-9a-f]{7}$/),
      region: "us-east-1",
      tags: { Name: "a" },
      tagsAll: { Stack: "test", Name: "a" },
      __defaults: ["name"],
    });
  });

  test("tags of the resource come before the default ones; unknown ones make all unknown", () => {
    const tagsAll = (tags: Properties) =>
      account.check(resource(logGroup), undefined, { tags }).inputs.tagsAll;
    expect(tagsAll({ Stack: "own" })).toEqual({ Stack: "own" });
    expect(tagsAll({ Name: unknown })).toBe(unknown);
  });

  test("puts before a name of its own what AWS demands", () => {
    const { inputs } = account.check(resource("aws:kms/alias:Alias"), undefined, { targetKeyId: "key" });
    expect(inputs.name).toMatch(/^alias\/main-[0-9a-f]{7}$/);
  });

  test("keeps a name of its own, and makes another for a replacement", async () => {
    const { inputs } = await made(logGroup, {});
    expect(account.check(resource(logGroup), inputs, {}).inputs.name).toBe(inputs.name);
    const other = account.check(resource(logGroup), undefined, {}).inputs.name;
    expect(other).toMatch(/^main-[0-9a-f]{7}$/);
    expect(other).not.toBe(inputs.name);
  });

  test("a name that the program chose before is not kept when it chooses none", async () => {
    const { inputs } = await made(logGroup, { name: "chosen" });
    expect(account.check(resource(logGroup), inputs, {}).inputs.name).toMatch(/^main-[0-9a-f]{7}$/);
  });

  test.each<[string, string, Properties, string]>([
    [
      "an unknown property",
      logGroup,
      { colour: 1 },
      "colour: found a property that neither AWS::Logs::LogGroup",
    ],
    [
      "an unknown property within another",
      "aws:eks/cluster:Cluster",
      { vpcConfig: { colour: 1 } },
      "vpcConfig.colour: found a property that neither AWS::EKS::Cluster",
    ],
    ["a missing property", "aws:ec2/subnet:Subnet", {}, "VpcId: found nothing"],
    [
      "a value that is not listed",
      logGroup,
      { retentionInDays: 8 },
      "retentionInDays: found 8, allowed: 0, 1, 3",
    ],
    [
      "a name that is too long",
      "aws:iam/role:Role",
      { name: "r".repeat(65), assumeRolePolicy: policy },
      "64 characters",
    ],
    [
      "an empty id, as comes of an output that is not there",
      "aws:ec2/subnet:Subnet",
      { vpcId: "", cidrBlock: "10.0.0.0/24" },
      'vpcId: found "", allowed: an id or ARN',
    ],
    ["a name with a wrong character", logGroup, { name: "a b" }, 'name: found "a b"'],
    [
      "tags of what has none",
      "aws:iam/rolePolicy:RolePolicy",
      { role: "r", policy, tags: {} },
      "tags: found",
    ],
    [
      "a region of what has none",
      "aws:iam/rolePolicy:RolePolicy",
      { role: "r", policy, region: "us-east-1" },
      "region: found",
    ],
  ])("refuses %s", (_, type, inputs, reason) => {
    expect(refusals(type, inputs)).toContain(reason);
    expect(refusals(type, inputs)).not.toBe("");
  });

  test("says in which file what is missing is to be added", () => {
    expect(refusals(logGroup, { colour: 1 })).toContain("infra/rehearsal/aws/cloudwatch.ts");
    expect(() => refusals("aws:sqs/queue:Queue", {})).toThrow("add it to infra/rehearsal/aws/sqs.ts");
  });

  test("takes keys of maps as they are, dots included", () => {
    const labels = { "node.kubernetes.io/role": "api" };
    expect(refusals("aws:eks/nodeGroup:NodeGroup", { labels })).not.toContain("labels");
  });
});

describe("diff", () => {
  // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster
  const cluster = "aws:rds/cluster:Cluster";
  // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/elasticache_replication_group
  const replicationGroup = "aws:elasticache/replicationGroup:ReplicationGroup";

  test.each<[string, Properties, Properties, readonly string[]]>([
    [cluster, { storageEncrypted: false }, { storageEncrypted: true }, ["storageEncrypted!"]],
    [cluster, { kmsKeyId: "a" }, { kmsKeyId: "b" }, ["kmsKeyId!"]],
    [cluster, { dbSubnetGroupName: "a" }, { dbSubnetGroupName: "b" }, ["dbSubnetGroupName!"]],
    [cluster, { backupRetentionPeriod: 7 }, { backupRetentionPeriod: 8 }, ["backupRetentionPeriod"]],
    [replicationGroup, { subnetGroupName: "a" }, { subnetGroupName: "b" }, ["subnetGroupName!"]],
    [replicationGroup, { port: 6379 }, { port: 6380 }, ["port!"]],
    [
      replicationGroup,
      { atRestEncryptionEnabled: false },
      { atRestEncryptionEnabled: true },
      ["atRestEncryptionEnabled!"],
    ],
    [replicationGroup, { replicasPerNodeGroup: 1 }, { replicasPerNodeGroup: 2 }, ["replicasPerNodeGroup"]],
    ["aws:ec2/vpc:Vpc", { cidrBlock: "a" }, { cidrBlock: "b" }, ["cidrBlock!"]],
    ["aws:iam/role:Role", { path: "/" }, { path: "/a/" }, ["path!"]],
    [logGroup, { logGroupClass: "STANDARD" }, { logGroupClass: "DELIVERY" }, ["logGroupClass!"]],
    [logGroup, { region: "us-east-1" }, { region: "us-west-2" }, ["region!"]],
    [logGroup, { tagsAll: { a: "1" } }, { tagsAll: { a: "2" } }, ["tagsAll.a"]],
  ])("%s: %j to %j", (type, before, after, expected) => {
    expect(effect(type, before, after)).toEqual(expected);
  });

  test("a replacing property that is not known yet replaces, as in the provider", () => {
    expect(effect("aws:ec2/subnet:Subnet", { vpcId: "vpc-1" }, { vpcId: unknown })).toEqual(["vpcId!"]);
  });

  test("the order of ids does not matter", () => {
    expect(effect(cluster, { vpcSecurityGroupIds: ["a", "b"] }, { vpcSecurityGroupIds: ["b", "a"] })).toEqual(
      [],
    );
  });

  test("deletes first what the provider always does, else only where the program chose the name", async () => {
    const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
    const attached = { id: "id", inputs: { role: "a", policyArn: "b" }, outputs: {} };
    const { deleteBeforeReplace } = account.diff(resource(attachment), attached, {
      role: "c",
      policyArn: "b",
    });
    expect(deleteBeforeReplace).toBe(true);
    const changed = async (given: Properties) => {
      const before = await made(logGroup, given);
      const after = { ...before.inputs, logGroupClass: "DELIVERY" };
      return account.diff(resource(logGroup), before, after).deleteBeforeReplace;
    };
    expect(await changed({})).toBe(false);
    expect(await changed({ name: "chosen" })).toBe(true);
  });
});

describe("create", () => {
  test("gives what AWS computes, and other digits to the one that comes after", async () => {
    const vpc = await made("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    expect(vpc.id).toMatch(/^vpc-[0-9a-f]{17}$/);
    expect(vpc.outputs.arn).toBe(`arn:aws:ec2:us-east-1:111122223333:vpc/${vpc.id}`);
    const next = await made("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    expect(next.id).not.toBe(vpc.id);
  });

  test("in a preview makes nothing and knows what it was given", async () => {
    const { inputs } = account.check(resource(logGroup), undefined, { retentionInDays: 7 });
    const { id, outputs } = await account.create(resource(logGroup), inputs, true);
    expect(id).toBe("");
    expect(outputs).toMatchObject({ retentionInDays: 7, region: "us-east-1", arn: unknown });
    expect([...world.all()]).toEqual([]);
  });

  test("a taken name is refused, in another region it is free", async () => {
    await made(logGroup, { name: "taken" }, "one");
    await expect(made(logGroup, { name: "taken" }, "two")).rejects.toThrow(
      /name: found "taken", which urn:.*::one has/,
    );
    account = configured({ region: "us-west-2" });
    await made(logGroup, { name: "taken" }, "three");
  });

  test("two that would take a name in one preview are refused, one that is previewed twice is not", async () => {
    const preview = (name: string) =>
      account.create(resource(logGroup, name), { name: "same", region: "us-east-1" }, true);
    await preview("one");
    await preview("one");
    await expect(preview("two")).rejects.toThrow('name: found "same"');
  });

  test("names of a role's policies are its own", async () => {
    const type = "aws:iam/rolePolicy:RolePolicy";
    await made(type, { role: "a", name: "read", policy }, "one");
    await made(type, { role: "b", name: "read", policy }, "two");
    await expect(made(type, { role: "a", name: "read", policy }, "three")).rejects.toThrow(
      "the only one in its role",
    );
  });

  test("what AWS would refuse is refused in the preview too, when it is known", async () => {
    const create = (minCapacity: unknown, preview: boolean) =>
      account.create(
        resource("aws:appautoscaling/target:Target"),
        { minCapacity, maxCapacity: 1, resourceId: "r", region: "us-east-1" },
        preview,
      );
    await expect(create(2, true)).rejects.toThrow("minCapacity: found 2, allowed: at most maxCapacity (1)");
    await expect(create(2, false)).rejects.toThrow("minCapacity: found 2");
    await expect(create(unknown, true)).resolves.toBeDefined();
  });
});

describe("update, read and delete", () => {
  test("an update keeps what was computed, but for what every update makes anew", async () => {
    const type = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy";
    const before = await made(type, { policyName: "p", policyDocument: policy });
    const inputs = { ...before.inputs, policyDocument: "{}" };
    const previewed = await account.update(resource(type), before, inputs, true);
    expect(previewed).toMatchObject({ policyDocument: "{}", policyScope: "ACCOUNT", revisionId: unknown });
    const updated = await account.update(resource(type), before, inputs, false);
    expect(account.read(resource(type), before)?.outputs).toEqual(updated);
  });

  test("computes parts of a property that is given otherwise, and keeps them in an update", async () => {
    const cluster = { roleArn: "arn:aws:iam::1:role/r", vpcConfig: { subnetIds: ["subnet-1", "subnet-2"] } };
    const before = await made(eksCluster, cluster);
    expect(before.outputs.vpcConfig).toMatchObject({
      subnetIds: ["subnet-1", "subnet-2"],
      clusterSecurityGroupId: expect.stringMatching(/^sg-/),
    });
    const { clusterSecurityGroupId } = before.outputs.vpcConfig as Properties;
    const after = { ...before.inputs, vpcConfig: { subnetIds: ["subnet-1", unknown] } };
    const planned = await account.update(resource(eksCluster), before, after, true);
    expect(planned.vpcConfig).toMatchObject({ subnetIds: ["subnet-1", unknown], clusterSecurityGroupId });
    const fresh = await account.create(resource(eksCluster, "other"), { ...after, name: "other" }, true);
    expect(fresh.outputs.vpcConfig).toMatchObject({ clusterSecurityGroupId: unknown });
  });

  test("a preview reckons with what it would change before", async () => {
    const vpcConfig = { subnetIds: ["subnet-1", "subnet-2"] };
    const cluster = await made(eksCluster, { name: "c", roleArn: "arn:r", version: "1.35", vpcConfig });
    const nodes = (version: string) => {
      const given = { clusterName: "c", nodeRoleArn: "arn:n", subnetIds: ["subnet-1"], version };
      const { inputs } = account.check(resource("aws:eks/nodeGroup:NodeGroup"), undefined, {
        ...given,
        scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 1 },
      });
      return account.create(resource("aws:eks/nodeGroup:NodeGroup"), inputs, true);
    };
    await expect(nodes("1.36")).rejects.toThrow("version");
    await account.update(resource(eksCluster), cluster, { ...cluster.inputs, version: "1.36" }, true);
    await expect(nodes("1.36")).resolves.toBeDefined();
    expect([...world.all()].find(({ type }) => type === eksCluster)?.inputs.version).toBe("1.35");
  });

  test("what is gone is read as such, is not updated, and may be deleted again", async () => {
    const before = await made(logGroup, {});
    await account.delete(resource(logGroup), before);
    expect(account.read(resource(logGroup), before)).toBeUndefined();
    await expect(account.update(resource(logGroup), before, before.inputs, false)).rejects.toThrow(
      "pulumi refresh",
    );
    await account.delete(resource(logGroup), before);
  });

  test("what another holds stays until that is gone", async () => {
    const role = await made("aws:iam/role:Role", { assumeRolePolicy: policy });
    const profileType = "aws:iam/instanceProfile:InstanceProfile";
    const profile = await made(profileType, { role: role.inputs.name });
    await expect(account.delete(resource("aws:iam/role:Role"), role)).rejects.toThrow(
      `role of ${resource(profileType).urn} still names it`,
    );
    await account.delete(resource(profileType), profile);
    await account.delete(resource("aws:iam/role:Role"), role);
    expect([...world.all()]).toEqual([]);
  });

  test("a name that happens to be the same elsewhere holds nothing", async () => {
    const group = await made(logGroup, { name: "same" });
    await made("aws:iam/instanceProfile:InstanceProfile", { role: "same" });
    await account.delete(resource(logGroup), group);
    const subnetGroup = living("aws:elasticache/subnetGroup:SubnetGroup", "us-east-1", { name: "same" });
    const cluster = "aws:elasticache/replicationGroup:ReplicationGroup";
    await world.add(subnetGroup);
    await world.add(living(cluster, "us-west-2", { subnetGroupName: "same" }));
    await account.delete(resource(subnetGroup.type), subnetGroup);
    await world.add(subnetGroup);
    await world.add(living(cluster, "us-east-1", { subnetGroupName: "same" }));
    await expect(account.delete(resource(subnetGroup.type), subnetGroup)).rejects.toThrow(
      "subnetGroupName of",
    );
  });

  test("what is protected in AWS is not deleted", async () => {
    const group = await made(logGroup, { deletionProtectionEnabled: true });
    await expect(account.delete(resource(logGroup), group)).rejects.toThrow(
      "deletionProtectionEnabled is true",
    );
  });

  test("a resource that the program renamed by an alias is still its own", async () => {
    const before = await made(logGroup, { name: "chosen" }, "old");
    account.diff(resource(logGroup, "new"), before, before.inputs);
    await account.create(resource(logGroup, "new"), before.inputs, true);
  });
});

describe("configuration and functions", () => {
  test("needs a region", () => {
    expect(awsStandIn(world).checkConfig({})).toEqual([expect.stringContaining("region: found nothing")]);
    expect(awsStandIn(world).checkConfig({ region: "us-east-1" })).toEqual([]);
  });

  test("has a made-up account when none is allowed in particular", () => {
    const none = configured({ allowedAccountIds: undefined });
    expect(none.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}).accountId).toBe("123456789012");
  });

  test("a function that asks AWS is refused by its name", () => {
    expect(() => account.invoke("aws:ec2/getAmi:getAmi", {})).toThrow(
      "found the function aws:ec2/getAmi:getAmi",
    );
    expect(account.invoke("aws:index/getRegion:getRegion", {}).region).toBe("us-east-1");
  });
});
