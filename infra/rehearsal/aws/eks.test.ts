import { describe, expect, test } from "vitest";
import { eks } from "./eks.ts";
import type { AwsType, LivingResource, NewResource, Properties } from "./entry.ts";
import { describe as describeType } from "./specification.ts";

const types = {
  cluster: "aws:eks/cluster:Cluster",
  nodeGroup: "aws:eks/nodeGroup:NodeGroup",
  association: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  entry: "aws:eks/accessEntry:AccessEntry",
  addon: "aws:eks/addon:Addon",
  identity: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
  group: "aws:autoscaling/group:Group",
  tag: "aws:autoscaling/tag:Tag",
};

function rowOf(type: string): AwsType {
  const row = eks[type];
  if (!row) throw new Error(`no row for ${type}`);
  return row;
}

const cluster: LivingResource = {
  type: types.cluster,
  urn: "urn:pulumi:t::t::aws:eks/cluster:Cluster::c",
  id: "c",
  region: "us-east-1",
  inputs: { name: "c", deletionProtection: true },
  outputs: { name: "c", version: "1.35" },
};

function resource(inputs: Properties, previous: Properties = {}): NewResource {
  return {
    name: "new",
    inputs,
    previous,
    region: "us-east-1",
    account: "123456789012",
    hex: (length) => "0123456789abcdef".repeat(8).slice(0, length),
    find: (type, reference) => (type === cluster.type && reference === cluster.id ? cluster : undefined),
    living: (type) => (type === cluster.type ? [cluster] : []),
  };
}

const computed = (type: string, property: string, it: NewResource) => rowOf(type).computed?.[property]?.(it);
const refused = (type: string, inputs: Properties, previous?: Properties) =>
  rowOf(type)
    .refuse?.(resource(inputs, previous))
    .map(({ path }) => path);

describe("a change", () => {
  test.each([
    [types.cluster, "version", "update"],
    [types.cluster, "name", "replace"],
    [types.cluster, "roleArn", "replace"],
    [types.cluster, "encryptionConfig.provider.keyArn", "replace"],
    [types.cluster, "encryptionConfig.resources", "replace"],
    [types.cluster, "kubernetesNetworkConfig.serviceIpv4Cidr", "replace"],
    [types.cluster, "vpcConfig.subnetIds", "update"],
    [types.cluster, "vpcConfig.publicAccessCidrs", "update"],
    [types.cluster, "vpcConfig.endpointPublicAccess", "update"],
    [types.cluster, "accessConfig.authenticationMode", "update"],
    [types.cluster, "accessConfig.bootstrapClusterCreatorAdminPermissions", "replace"],
    [types.cluster, "bootstrapSelfManagedAddons", "replace"],
    [types.cluster, "upgradePolicy.supportType", "update"],
    [types.cluster, "zonalShiftConfig.enabled", "update"],
    [types.cluster, "enabledClusterLogTypes", "update"],
    [types.cluster, "deletionProtection", "update"],
    [types.nodeGroup, "amiType", "replace"],
    [types.nodeGroup, "capacityType", "replace"],
    [types.nodeGroup, "diskSize", "replace"],
    [types.nodeGroup, "instanceTypes", "replace"],
    [types.nodeGroup, "subnetIds", "replace"],
    [types.nodeGroup, "nodeRoleArn", "replace"],
    [types.nodeGroup, "clusterName", "replace"],
    [types.nodeGroup, "nodeGroupName", "replace"],
    [types.nodeGroup, "launchTemplate.id", "replace"],
    [types.nodeGroup, "launchTemplate.version", "update"],
    [types.nodeGroup, "scalingConfig.minSize", "update"],
    [types.nodeGroup, "labels.team", "update"],
    [types.nodeGroup, "taints.effect", "update"],
    [types.nodeGroup, "updateConfig.maxUnavailablePercentage", "update"],
    [types.nodeGroup, "updateConfig.updateStrategy", "update"],
    [types.nodeGroup, "nodeRepairConfig.enabled", "update"],
    [types.nodeGroup, "version", "update"],
    [types.nodeGroup, "releaseVersion", "update"],
    [types.entry, "principalArn", "replace"],
    [types.entry, "userName", "update"],
    [types.association, "accessScope.namespaces", "replace"],
    [types.association, "policyArn", "replace"],
    [types.addon, "addonVersion", "update"],
    [types.addon, "configurationValues", "update"],
    [types.addon, "podIdentityAssociations.roleArn", "update"],
    [types.addon, "resolveConflictsOnUpdate", "update"],
    [types.addon, "addonName", "replace"],
    [types.identity, "roleArn", "update"],
    [types.identity, "serviceAccount", "replace"],
    [types.template, "imageId", "update"],
    [types.template, "metadataOptions.httpTokens", "update"],
    [types.template, "blockDeviceMappings.ebs.kmsKeyId", "update"],
    [types.template, "name", "replace"],
    [types.group, "launchTemplate.version", "update"],
    [types.group, "launchTemplate.id", "update"],
    [types.group, "vpcZoneIdentifiers", "update"],
    [types.group, "maxInstanceLifetime", "update"],
    [types.group, "instanceRefresh.preferences.minHealthyPercentage", "update"],
    [types.group, "tags.propagateAtLaunch", "update"],
    [types.group, "name", "replace"],
    [types.tag, "tag.key", "replace"],
    [types.tag, "tag.value", "update"],
  ])("of %s's %s: %s", (type, property, change) => {
    expect(describeType(rowOf(type)).property(property)?.change).toBe(change);
  });
});

describe("a cluster", () => {
  test.each([
    ["1.36", "1.35", []],
    ["1.35", "1.35", []],
    ["1.35", undefined, []],
    ["1.37", "1.35", ["version"]],
    ["1.34", "1.35", ["version"]],
  ])("to %s from %s", (version, previous, paths) => {
    expect(refused(types.cluster, { version }, previous ? { version: previous } : {})).toEqual(paths);
  });

  test("needs two subnets", () => {
    expect(refused(types.cluster, { vpcConfig: { subnetIds: ["a"] } })).toEqual(["vpcConfig.subnetIds"]);
  });

  test("is not deleted while it is protected", () => {
    expect(rowOf(types.cluster).undeletable?.(cluster)).toMatch(/deletionProtection/);
    expect(rowOf(types.cluster).undeletable?.({ ...cluster, inputs: {} })).toBeUndefined();
  });

  test("has its own security group and a private address", () => {
    const it = resource({ name: "c", vpcConfig: { subnetIds: ["a", "b"] } });
    expect(computed(types.cluster, "vpcConfig.clusterSecurityGroupId", it)).toMatch(/^sg-0[0-9a-f]{16}$/);
    expect(computed(types.cluster, "endpoint", it)).toMatch(
      /^https:\/\/[0-9A-F]{32}\.gr7\.us-east-1\.eks\.amazonaws\.com$/,
    );
  });
});

describe("a node group", () => {
  const sizes = (minSize: number, desiredSize: number, maxSize: number) => ({
    scalingConfig: { minSize, desiredSize, maxSize },
  });

  test.each([
    [sizes(1, 1, 3), []],
    [sizes(2, 1, 3), ["scalingConfig"]],
    [sizes(1, 4, 3), ["scalingConfig"]],
    [{ clusterName: "c", version: "1.36" }, ["version"]],
    [{ clusterName: "c", version: "1.31" }, ["version"]],
    [{ clusterName: "c", version: "1.34" }, []],
    [{ launchTemplate: { id: "lt-1" }, diskSize: 20 }, ["diskSize"]],
  ])("%j", (inputs, paths) => {
    expect(refused(types.nodeGroup, inputs)).toEqual(paths);
  });

  test("has an autoscaling group named after it", () => {
    const it = resource({ clusterName: "c", nodeGroupName: "blue-1234567" });
    expect(computed(types.nodeGroup, "resources", it)).toMatchObject([
      { autoscalingGroups: [{ name: expect.stringMatching(/^eks-blue-1234567-[0-9a-f]{8}-/) }] },
    ]);
  });

  test("has the cluster's version unless it is given one", () => {
    expect(computed(types.nodeGroup, "version", resource({ clusterName: "c" }))).toBe("1.35");
  });
});

test("each change of a launch template is its next version", () => {
  expect(computed(types.template, "latestVersion", resource({}))).toBe(1);
  expect(computed(types.template, "latestVersion", resource({}, { latestVersion: 3 }))).toBe(4);
  expect(rowOf(types.template).renewed).toContain("latestVersion");
});

test("an add-on's configuration is JSON", () => {
  expect(refused(types.addon, { configurationValues: "{" })).toEqual(["configurationValues"]);
  expect(refused(types.addon, { configurationValues: "{}" })).toEqual([]);
});
