import { beforeEach, describe, expect, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { Eks, type EksArgs } from "./eks.ts";
import { recordResources } from "./mocks.ts";
import type { NodeGeneration } from "./node-generation.ts";
import { tunnelAccess } from "./tunnel.ts";

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

const blue: NodeGeneration = { instanceType: "c7g.2xlarge", min: 3, max: 10, diskSize: 40 };
const spot = { instanceTypes: ["c7g.2xlarge", "c6g.2xlarge"], max: 4 };

const args: EksArgs = {
  version: "1.35",
  account: "123456789012",
  region: "us-east-1",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  workloadSecurityGroupId: "sg-workload",
  keys: { cluster: "key-cluster", logs: "key-logs", disks: "key-disks" },
  administrators: [role("admins")],
  deployers: [role("ci/deploy")],
  generations: { blue },
  logRetentionDays: 30,
  protect: true,
};

let recorded: Awaited<ReturnType<typeof recordResources>>;

beforeEach(async () => {
  recorded = await recordResources({
    "aws:eks/cluster:Cluster": ({ vpcConfig }) => ({
      endpoint: "https://api",
      certificateAuthority: { data: "Y2E=" },
      identities: [{ oidcs: [{ issuer: "https://issuer" }] }],
      vpcConfig: { ...vpcConfig, clusterSecurityGroupId: "sg-cluster" },
    }),
    "aws:eks/nodeGroup:NodeGroup": (_, name) => ({
      resources: [{ autoscalingGroups: [{ name: `eks-${name}` }] }],
    }),
    "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 7 }),
  });
});

async function made(changes: Partial<EksArgs> = {}): Promise<Eks> {
  const eks = new Eks("keelson-test", { ...args, ...changes }, {});
  await recorded.settled();
  return eks;
}

function one(type: string, name?: string) {
  const found = recorded.of(type).filter((each) => name === undefined || each.name === name);
  expect(found).toHaveLength(1);
  return found[0]?.inputs ?? {};
}

const types = {
  cluster: "aws:eks/cluster:Cluster",
  nodeGroup: "aws:eks/nodeGroup:NodeGroup",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
  addon: "aws:eks/addon:Addon",
  access: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
};

describe("the cluster", () => {
  test("is private, encrypted, logged, protected and entered by access entries alone", async () => {
    await made();
    expect(one(types.cluster)).toMatchObject({
      name: "keelson-test",
      version: "1.35",
      upgradePolicy: { supportType: "STANDARD" },
      vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: { provider: { keyArn: "key-cluster" }, resources: ["secrets"] },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
    });
    expect(one(types.cluster).enabledClusterLogTypes).toHaveLength(5);
    expect(one(types.cluster).vpcConfig).not.toHaveProperty("publicAccessCidrs");
  });

  test("finds its log group made, encrypted and with a retention", async () => {
    await made();
    expect(one("aws:cloudwatch/logGroup:LogGroup")).toMatchObject({
      name: "/aws/eks/keelson-test/cluster",
      kmsKeyId: "key-logs",
      retentionInDays: 30,
    });
    const order = recorded.all.map(({ type }) => type);
    expect(order.indexOf("aws:cloudwatch/logGroup:LogGroup")).toBeLessThan(order.indexOf(types.cluster));
  });

  test("with ranges given has a public endpoint for them, and no tunnel", async () => {
    const eks = await made({ publicAccessCidrs: ["203.0.113.0/24"] });
    expect(one(types.cluster).vpcConfig).toMatchObject({
      endpointPrivateAccess: true,
      endpointPublicAccess: true,
      publicAccessCidrs: ["203.0.113.0/24"],
    });
    expect(eks.tunnel).toBeUndefined();
    expect(recorded.of("aws:autoscaling/group:Group")).toEqual([]);
  });

  test("can be changed by transform", async () => {
    await made({ transform: { cluster: (cluster) => ({ ...cluster, version: "1.36" }) } });
    expect(one(types.cluster).version).toBe("1.36");
  });
});

describe("access", () => {
  const scopes = () =>
    recorded
      .of(types.access)
      .map(({ inputs }) => [
        inputs.principalArn,
        inputs.policyArn.split("/").at(-1),
        inputs.accessScope.type,
      ]);

  test("administrators and deployers have the whole cluster", async () => {
    await made();
    expect(scopes()).toEqual([
      [role("admins"), "AmazonEKSClusterAdminPolicy", "cluster"],
      [role("ci/deploy"), "AmazonEKSClusterAdminPolicy", "cluster"],
    ]);
  });

  test("deployers with namespaces have those alone", async () => {
    await made({ deployerNamespaces: ["keelson"] });
    expect(scopes()[1]).toEqual([role("ci/deploy"), "AmazonEKSAdminPolicy", "namespace"]);
    expect(one(types.access, "keelson-test-ci-deploy").accessScope.namespaces).toEqual(["keelson"]);
  });
});

describe("nodes", () => {
  test("are Graviton on demand, as many as at least, and repaired", async () => {
    const eks = await made();
    expect(one(types.nodeGroup)).toMatchObject({
      clusterName: "keelson-test",
      amiType: "AL2023_ARM_64_STANDARD",
      capacityType: "ON_DEMAND",
      instanceTypes: ["c7g.2xlarge"],
      version: "1.35",
      scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 10 },
      launchTemplate: { id: "keelson-test-nodes-blue-id", version: "7" },
      nodeRepairConfig: { enabled: true },
      labels: { "keelson.dev/capacity": "on-demand", "keelson.dev/generation": "blue" },
      taints: [],
    });
    expect(Object.keys(eks.autoscalingGroups)).toEqual(["blue"]);
    expect(recorded.of("aws:autoscaling/tag:Tag")).toEqual([]);
  });

  test("have an encrypted disk, metadata for themselves alone, and both security groups", async () => {
    await made({ instanceTags: { team: "platform" } });
    const template = one(types.template, "keelson-test-nodes-blue");
    expect(template.blockDeviceMappings[0].ebs).toMatchObject({
      volumeType: "gp3",
      volumeSize: 40,
      encrypted: "true",
      kmsKeyId: "key-disks",
    });
    expect(template.metadataOptions).toMatchObject({ httpTokens: "required", httpPutResponseHopLimit: 1 });
    expect(template.vpcSecurityGroupIds).toEqual(["sg-cluster", "sg-workload"]);
    expect(template.tagSpecifications[0]).toEqual({
      resourceType: "instance",
      tags: { team: "platform", Name: "keelson-test-nodes-blue" },
    });
  });

  test("on spot start from none, are tainted, and tell the autoscaler what they would be", async () => {
    const eks = await made({ generations: { blue: { ...blue, spot } } });
    expect(one(types.nodeGroup, "keelson-test-nodes-blue-spot")).toMatchObject({
      capacityType: "SPOT",
      instanceTypes: spot.instanceTypes,
      scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 4 },
      taints: [{ key: "keelson.dev/spot", value: "true", effect: "NO_SCHEDULE" }],
    });
    expect(Object.keys(eks.autoscalingGroups)).toEqual(["blue", "blue-spot"]);
    const tags = recorded.of("aws:autoscaling/tag:Tag").map(({ inputs }) => inputs);
    const template = "k8s.io/cluster-autoscaler/node-template";
    expect(tags.map(({ tag }) => [tag.key, tag.value])).toEqual([
      [`${template}/label/keelson.dev/capacity`, "spot"],
      [`${template}/label/keelson.dev/generation`, "blue"],
      [`${template}/taint/keelson.dev/spot`, "true:NoSchedule"],
    ]);
    expect(new Set(tags.map(({ autoscalingGroupName }) => autoscalingGroupName))).toEqual(
      new Set(["eks-keelson-test-nodes-blue-spot"]),
    );
  });

  test("of a draining generation take no new pods, and the other is as it was", async () => {
    await made({ generations: { blue: { ...blue, draining: true, version: "1.34" }, green: blue } });
    expect(one(types.nodeGroup, "keelson-test-nodes-blue")).toMatchObject({
      taints: [{ key: "keelson.dev/draining", effect: "NO_SCHEDULE" }],
      scalingConfig: { minSize: 3 },
      version: "1.34",
    });
    expect(one(types.nodeGroup, "keelson-test-nodes-green").taints).toEqual([]);
  });
});

describe("add-ons", () => {
  test("come before the nodes where nodes need them, after them where they run on them", async () => {
    await made();
    const order = recorded.all.filter(({ type }) => type === types.addon || type === types.nodeGroup);
    const names = order.map(({ type, inputs }) => (type === types.addon ? inputs.addonName : "nodes"));
    const nodes = names.indexOf("nodes");
    expect(new Set(names.slice(0, nodes))).toEqual(
      new Set(["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]),
    );
    expect(names.slice(nodes + 1)).toContain("coredns");
    expect(names).toHaveLength(10);
  });

  test("enforce network policies, with an identity of their own", async () => {
    await made({ addonVersions: { "vpc-cni": "v1.21.1-eksbuild.1" } });
    const cni = recorded.of(types.addon).find(({ inputs }) => inputs.addonName === "vpc-cni")?.inputs;
    expect(JSON.parse(cni?.configurationValues)).toMatchObject({ enableNetworkPolicy: "true" });
    expect(cni?.addonVersion).toBe("v1.21.1-eksbuild.1");
    expect(cni?.podIdentityAssociations).toEqual([
      { serviceAccount: "aws-node", roleArn: expect.stringContaining("keelson-test-node-vpc-cni") },
    ]);
    const trust = JSON.parse(one("aws:iam/role:Role", "keelson-test-node-vpc-cni").assumeRolePolicy);
    expect(trust.Statement[0].Condition.StringEquals).toEqual({
      "aws:RequestTag/eks-cluster-name": "keelson-test",
      "aws:RequestTag/kubernetes-namespace": "kube-system",
      "aws:RequestTag/kubernetes-service-account": "aws-node",
    });
  });

  test("nodes themselves may not manage network interfaces", async () => {
    await made();
    const attached = recorded
      .of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .filter(({ inputs }) => inputs.role === "keelson-test-nodes")
      .map(({ inputs }) => inputs.policyArn.split("/").at(-1));
    expect(attached).toEqual(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"]);
  });
});

describe("the tunnel", () => {
  test("lets nothing in, reaches the API server and Systems Manager alone", async () => {
    await made({ endpointsSecurityGroupId: "sg-endpoints" });
    const targets = recorded
      .of(types.egress)
      .map(({ inputs }) => [inputs.fromPort, inputs.toPort, inputs.referencedSecurityGroupId]);
    expect(targets.sort()).toEqual([
      [443, 443, "sg-cluster"],
      [443, 443, "sg-endpoints"],
    ]);
    expect(one(types.ingress)).toMatchObject({
      securityGroupId: "sg-cluster",
      referencedSecurityGroupId: "keelson-test-tunnel-id",
    });
  });

  test("is one small instance with the newest image, replaced every week", async () => {
    await made();
    expect(one(types.template, "keelson-test-tunnel")).toMatchObject({
      imageId: expect.stringMatching(/^resolve:ssm:.*arm64$/),
      instanceType: "t4g.nano",
      metadataOptions: { httpTokens: "required" },
    });
    expect(one("aws:autoscaling/group:Group")).toMatchObject({
      minSize: 1,
      maxSize: 1,
      maxInstanceLifetime: 604_800,
    });
  });

  test("gives its users a port of this cluster's instances and no shell", () => {
    const statements = tunnelAccess({ account: "123456789012", region: "us-east-1", clusterName: "c" });
    const open = statements.filter(({ Action }) => Action === "ssm:StartSession");
    expect(open.map(({ Resource }) => Resource)).toEqual([
      "arn:aws:ec2:us-east-1:123456789012:instance/*",
      "arn:aws:ssm:us-east-1::document/AWS-StartPortForwardingSessionToRemoteHost",
    ]);
    expect(open[0]?.Condition).toMatchObject({
      StringLike: { "ssm:resourceTag/keelson-tunnel": "c" },
      BoolIfExists: { "ssm:SessionDocumentAccessCheck": "true" },
    });
  });
});

describe("refuses, before anything is registered,", () => {
  const wrong: [what: string, changes: Partial<EksArgs>, path: string, found: string, allowed: RegExp][] = [
    ["a version", { version: "35" }, "version", '"35"', /such as 1\.35/],
    ["a support type", { supportType: "LONG" as "STANDARD" }, "supportType", '"LONG"', /EXTENDED/],
    ["all addresses", { publicAccessCidrs: ["0.0.0.0/0"] }, "publicAccessCidrs.0", '"0.0.0.0/0"', /\/8/],
    ["half of them", { publicAccessCidrs: ["0.0.0.0/1"] }, "publicAccessCidrs.0", '"0.0.0.0/1"', /\/8/],
    ["no range", { publicAccessCidrs: ["10.0.0.0"] }, "publicAccessCidrs.0", '"10.0.0.0"', /range/],
    [
      "a user",
      { administrators: ["arn:aws:iam::1:user/a"] },
      "administrators.0",
      '"arn:aws:iam::1:user/a"',
      /role/,
    ],
    ["a role twice", { deployers: [role("admins")] }, "administrators, deployers", '["admins"]', /once/],
    ["a retention", { logRetentionDays: 31 }, "logRetentionDays", "31", /one of 1, 3/],
    ["an add-on", { addonVersions: { istio: "v1" } as object }, "addonVersions", '"istio"', /vpc-cni/],
    ["its version", { addonVersions: { coredns: "1.2" } }, "addonVersions.coredns", '"1.2"', /eksbuild/],
  ];
  test.each(wrong)("%s", (_, changes, path, found, allowed) => expectMistake(changes, path, found, allowed));

  const generations: [what: string, changes: Partial<NodeGeneration>, path: string, found: string, RegExp][] =
    [
      ["a machine", { instanceType: "m5.large" as "m7g.large" }, "instanceType", '"m5.large"', /c7g\.large/],
      ["more at least than at most", { min: 11 }, "min", "11", /0 to 10/],
      ["too many nodes", { max: 451 }, "max", "451", /1 to 450/],
      ["half a node", { max: 3.5 }, "max", "3.5", /whole/],
      ["a small disk", { diskSize: 19 }, "diskSize", "19", /20 to 100/],
      ["a large disk", { diskSize: 101 }, "diskSize", "101", /20 to 100/],
      ["newer nodes", { version: "1.36" }, "version", '"1.36"', /1\.35 or up to 3/],
      ["too old nodes", { version: "1.31" }, "version", '"1.31"', /behind/],
      [
        "another's release",
        { releaseVersion: "1.34.1-20260101" },
        "releaseVersion",
        '"1.34.1-20260101"',
        /1\.35/,
      ],
      [
        "Intel on spot",
        { spot: { instanceTypes: ["c6i.2xlarge"], max: 1 } },
        "spot.instanceTypes",
        '["c6i.2xlarge"]',
        /Graviton/,
      ],
      [
        "another size on spot",
        { spot: { ...spot, instanceTypes: ["c7g.large"] } },
        "spot.instanceTypes",
        '["c7g.large"]',
        /c7g\.2xlarge/,
      ],
      [
        "no type on spot",
        { spot: { ...spot, instanceTypes: [] } },
        "spot.instanceTypes",
        "[]",
        /one at least/,
      ],
      ["no spot node", { spot: { ...spot, max: 0 } }, "spot.max", "0", /1 to 450/],
    ];
  test.each(generations)("%s", (_, changes, path, found, allowed) =>
    expectMistake(
      { generations: { blue: { ...blue, ...changes } } },
      `generations.blue.${path}`,
      found,
      allowed,
    ),
  );

  test.each([
    ["none that takes pods", { blue: { ...blue, draining: true } }, '["blue"]', /not draining/],
    ["none with a node", { blue: { ...blue, min: 0 } }, '["blue"]', /a node at least/],
    ["four", { a: blue, b: blue, c: blue, d: blue }, '["a","b","c","d"]', /at most 3/],
    ["a bad name", { Blue: blue }, '"Blue"', /lower-case/],
  ])("generations: %s", (_, it, found, allowed) =>
    expectMistake({ generations: it }, "generations", found, allowed),
  );

  test("a name that leaves no room", () => {
    const name = `keelson-${"x".repeat(50)}`;
    expect(() => new Eks(name, args, {})).toThrow(/name of the role/);
  });

  function expectMistake(changes: Partial<EksArgs>, path: string, found: string, allowed: RegExp): void {
    const mistakes = refusalOf(() => new Eks("keelson-test", { ...args, ...changes }, {}));
    expect(mistakes).toContainEqual({ path, found, allowed: expect.stringMatching(allowed) });
    expect(recorded.all).toEqual([]);
  }
});
