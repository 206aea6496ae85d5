import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, test } from "vitest";
import { refusalOf } from "../refusal.ts";
import { recordResources } from "./mocks.ts";
import { Network, type NetworkArgs } from "./network.ts";

const args: NetworkArgs = {
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  cidr: "10.20.0.0/16",
  natGateways: "one-per-zone",
  account: "123456789012",
  logsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/logs",
  logRetentionDays: 30,
};
const existing = {
  vpcId: "vpc-0a1b2c3d4e5f60718",
  publicSubnetIds: ["subnet-0000000a", "subnet-0000000b"],
  privateSubnetIds: ["subnet-0000001a", "subnet-0000001b"],
  dataSubnetIds: ["subnet-0000002a", "subnet-0000002b"],
};
const twoZones = ["us-east-1a", "us-east-1b"];

let recorded: Awaited<ReturnType<typeof recordResources>>;
beforeEach(async () => {
  recorded = await recordResources({
    "aws:ec2/eip:Eip": (_, name) => ({ allocationId: `${name}-allocation` }),
  });
});

async function made(changed: Partial<NetworkArgs> = {}) {
  const network = new Network("acme", { ...args, ...changed });
  await recorded.settled();
  return network;
}

const named = (type: string, name: string) =>
  recorded.of(type).find((each) => each.name === `acme-${name}`)?.inputs;
const values = (outputs: pulumi.Output<string>[]) =>
  new Promise<string[]>((resolve) => pulumi.all(outputs).apply(resolve));

/** Where the route to the internet of a subnet leads; undefined where it has none. */
function wayOut(role: string, zone: string): string | undefined {
  const association = named("aws:ec2/routeTableAssociation:RouteTableAssociation", `${role}-${zone}`);
  expect(association?.subnetId).toBe(`acme-${role}-${zone}-id`);
  const routes = recorded
    .of("aws:ec2/route:Route")
    .filter(({ inputs }) => inputs.routeTableId === association?.routeTableId);
  expect(routes.length).toBeLessThanOrEqual(1);
  return routes[0]?.inputs.natGatewayId ?? routes[0]?.inputs.gatewayId;
}

function mistakesOf(changed: Partial<NetworkArgs>, name = "acme") {
  return refusalOf(() => new Network(name, { ...args, ...changed }));
}

describe("the VPC", () => {
  it("resolves names, and its default security group lets nothing through", async () => {
    const network = await made();
    expect(recorded.of("aws:ec2/vpc:Vpc").map(({ inputs }) => inputs)).toEqual([
      {
        cidrBlock: "10.20.0.0/16",
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: "acme" },
      },
    ]);
    expect(named("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default")).toMatchObject({
      vpcId: "acme-id",
      ingress: [],
      egress: [],
    });
    expect(await values([network.vpcId])).toEqual(["acme-id"]);
  });

  it("has a public, a private and a data subnet in each zone, with what load balancers look for", async () => {
    await made();
    const subnets = recorded.of("aws:ec2/subnet:Subnet");
    expect(subnets).toHaveLength(9);
    for (const { name, inputs } of subnets) {
      expect(inputs).toMatchObject({ vpcId: "acme-id", mapPublicIpOnLaunch: false });
      expect(inputs.tags.Name).toBe(name);
      expect(name.endsWith(inputs.availabilityZone)).toBe(true);
    }
    const tags = (role: string) => Object.keys(named("aws:ec2/subnet:Subnet", `${role}-us-east-1b`)?.tags);
    expect(tags("public")).toEqual(["Name", "kubernetes.io/role/elb"]);
    expect(tags("private")).toEqual(["Name", "kubernetes.io/role/internal-elb"]);
    expect(tags("data")).toEqual(["Name"]);
    expect(new Set(subnets.map(({ inputs }) => inputs.cidrBlock)).size).toBe(9);
  });

  it("gives subnets in the order of the zones, which moves none of them", async () => {
    await made();
    const before = recorded.of("aws:ec2/subnet:Subnet").map(({ name, inputs }) => [name, inputs.cidrBlock]);
    recorded = await recordResources();
    const network = await made({ zones: args.zones.toReversed(), natGateways: "one" });
    const after = recorded.of("aws:ec2/subnet:Subnet").map(({ name, inputs }) => [name, inputs.cidrBlock]);
    expect(after.sort()).toEqual(before.sort());
    expect(recorded.of("aws:ec2/natGateway:NatGateway").map(({ name }) => name)).toEqual([
      "acme-nat-us-east-1a",
    ]);
    for (const role of ["public", "private", "data"] as const) {
      expect(await values(network[`${role}SubnetIds`])).toEqual(
        ["c", "b", "a"].map((letter) => `acme-${role}-us-east-1${letter}-id`),
      );
    }
  });
});

describe("routes", () => {
  it("lead from each zone through its own NAT gateway, and from data subnets nowhere", async () => {
    await made();
    for (const zone of args.zones) {
      expect(wayOut("public", zone)).toBe("acme-id");
      expect(wayOut("private", zone)).toBe(`acme-nat-${zone}-id`);
      expect(wayOut("data", zone)).toBeUndefined();
      expect(named("aws:ec2/natGateway:NatGateway", `nat-${zone}`)).toMatchObject({
        allocationId: `acme-nat-${zone}-allocation`,
        subnetId: `acme-public-${zone}-id`,
      });
    }
    expect(recorded.of("aws:ec2/eip:Eip")).toHaveLength(3);
  });

  it("lead through the only NAT gateway, by a table a zone as before", async () => {
    await made({ natGateways: "one" });
    for (const zone of args.zones) expect(wayOut("private", zone)).toBe("acme-nat-us-east-1a-id");
    expect(recorded.of("aws:ec2/eip:Eip")).toHaveLength(1);
    expect(
      recorded
        .of("aws:ec2/routeTable:RouteTable")
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      "acme-data",
      "acme-private-us-east-1a",
      "acme-private-us-east-1b",
      "acme-private-us-east-1c",
      "acme-public",
    ]);
  });
});

describe("security groups", () => {
  it("let workloads out by HTTPS only, and into the endpoints by reference", async () => {
    const network = await made();
    expect(
      recorded.of("aws:ec2/securityGroup:SecurityGroup").map(({ inputs }) => Object.keys(inputs)),
    ).toEqual([
      ["description", "tags", "vpcId"],
      ["description", "tags", "vpcId"],
    ]);
    expect(await values([network.workloadSecurityGroupId])).toEqual(["acme-workloads-id"]);
    const rules = [
      ...recorded.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
      ...recorded.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    ];
    expect(rules.map(({ inputs: { description: _, ...rule } }) => rule)).toEqual([
      {
        securityGroupId: "acme-endpoints-id",
        referencedSecurityGroupId: "acme-workloads-id",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      {
        securityGroupId: "acme-workloads-id",
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
    ]);
  });
});

describe("endpoints", () => {
  const endpoints = () => recorded.of("aws:ec2/vpcEndpoint:VpcEndpoint");
  const services = () => endpoints().map(({ inputs }) => inputs.serviceName.split("us-east-1.")[1]);

  it("are one for S3 in the tables of private and data subnets, and interfaces in private subnets", async () => {
    await made();
    expect(services()).toEqual(["s3", "ecr.api", "ecr.dkr", "sts", "logs", "secretsmanager"]);
    const [s3, ...interfaces] = endpoints();
    expect(s3?.inputs).toMatchObject({ vpcEndpointType: "Gateway", vpcId: "acme-id" });
    expect(s3?.inputs.routeTableIds).toEqual([
      ...args.zones.map((zone) => `acme-private-${zone}-id`),
      "acme-data-id",
    ]);
    for (const { inputs } of interfaces) {
      expect(inputs).toMatchObject({
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        securityGroupIds: ["acme-endpoints-id"],
        subnetIds: args.zones.map((zone) => `acme-private-${zone}-id`),
      });
    }
  });

  it("let through named actions, to or by this account, and reading from S3", async () => {
    await made();
    for (const { inputs } of endpoints()) {
      for (const { Sid, Action, Condition, Resource } of JSON.parse(inputs.policy).Statement) {
        for (const action of [Action].flat()) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z0-9]+$/);
        if (Sid === "Read") expect(Action).toBe("s3:GetObject");
        else expect(JSON.stringify([Condition, Resource])).toContain(args.account);
      }
    }
  });

  it("can be left out, but for S3's", async () => {
    await made({ endpoints: false });
    expect(services()).toEqual(["s3"]);
    expect(recorded.of("aws:ec2/securityGroup:SecurityGroup").map(({ name }) => name)).toEqual([
      "acme-workloads",
    ]);
  });
});

test("flow logs are encrypted, kept as long as asked, and written by a role that can do no more", async () => {
  await made();
  expect(named("aws:cloudwatch/logGroup:LogGroup", "flow-logs")).toEqual({
    kmsKeyId: args.logsKeyArn,
    retentionInDays: 30,
  });
  const groupArn = "arn:aws:mock:us-east-1:123456789012:acme-flow-logs";
  expect(named("aws:ec2/flowLog:FlowLog", "flow-logs")).toMatchObject({
    vpcId: "acme-id",
    trafficType: "ALL",
    logDestination: groupArn,
    iamRoleArn: groupArn,
  });
  const trust = JSON.parse(named("aws:iam/role:Role", "flow-logs")?.assumeRolePolicy).Statement[0];
  expect(trust).toMatchObject({
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Condition: { StringEquals: { "aws:SourceAccount": args.account } },
  });
  const statements = JSON.parse(named("aws:iam/rolePolicy:RolePolicy", "flow-logs")?.policy).Statement;
  expect(statements.map(({ Resource }: { Resource: string }) => Resource)).toEqual([
    `${groupArn}:*`,
    "arn:aws:logs:us-east-1:123456789012:log-group:*",
  ]);
});

describe("an existing VPC", () => {
  it("gets security groups and nothing else", async () => {
    const network = await made({ existing, zones: twoZones, cidr: "", natGateways: "one" });
    expect(recorded.all.map(({ type }) => type).filter((type) => type.startsWith("aws:"))).toEqual([
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ]);
    expect(named("aws:ec2/securityGroup:SecurityGroup", "workloads")?.vpcId).toBe(existing.vpcId);
    expect(await values([network.vpcId])).toEqual([existing.vpcId]);
    expect(await values(network.publicSubnetIds)).toEqual(existing.publicSubnetIds);
    expect(await values(network.privateSubnetIds)).toEqual(existing.privateSubnetIds);
    expect(await values(network.dataSubnetIds)).toEqual(existing.dataSubnetIds);
  });

  it("gets interface endpoints where they are asked for", async () => {
    await made({ existing, zones: twoZones, endpoints: true });
    const endpoints = recorded.of("aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(endpoints).toHaveLength(5);
    for (const { inputs } of endpoints) {
      expect(inputs).toMatchObject({ vpcEndpointType: "Interface", subnetIds: existing.privateSubnetIds });
    }
  });
});

test("transforms have the last word", async () => {
  await made({
    transform: {
      vpc: (vpc) => ({ ...vpc, instanceTenancy: "dedicated" }),
      subnet: (subnet) => ({ ...subnet, enableResourceNameDnsARecordOnLaunch: true }),
      natGateway: (gateway) => ({ ...gateway, privateIp: "10.20.192.9" }),
      endpoint: (endpoint) => ({ ...endpoint, ipAddressType: "ipv4" }),
      flowLog: (log) => ({ ...log, trafficType: "REJECT" }),
      securityGroup: (group) => ({ ...group, revokeRulesOnDelete: true }),
    },
  });
  const every = (type: string, property: string) =>
    new Set(recorded.of(type).map(({ inputs }) => inputs[property]));
  expect(every("aws:ec2/vpc:Vpc", "instanceTenancy")).toEqual(new Set(["dedicated"]));
  expect(every("aws:ec2/subnet:Subnet", "enableResourceNameDnsARecordOnLaunch")).toEqual(new Set([true]));
  expect(every("aws:ec2/natGateway:NatGateway", "privateIp")).toEqual(new Set(["10.20.192.9"]));
  expect(every("aws:ec2/vpcEndpoint:VpcEndpoint", "ipAddressType")).toEqual(new Set(["ipv4"]));
  expect(every("aws:ec2/flowLog:FlowLog", "trafficType")).toEqual(new Set(["REJECT"]));
  expect(every("aws:ec2/securityGroup:SecurityGroup", "revokeRulesOnDelete")).toEqual(new Set([true]));
});

describe("wrong arguments are refused before anything is registered", () => {
  const zone = (name: string) => ({ zones: ["us-east-1a", "us-east-1b", name] });
  it.each<[Partial<NetworkArgs>, string, string, string | RegExp]>([
    [{ account: "1" }, "account", '"1"', "twelve digits"],
    [{ region: "here" }, "region", '"here"', "a region such as us-east-1"],
    [{ logRetentionDays: 31 }, "logRetentionDays", "31", /^one of 1, 3, 5, 7, 14, 30, /],
    [{ natGateways: "two" as "one" }, "natGateways", '"two"', '"one" or "one-per-zone"'],
    [{ cidr: "10.20.0.0/22" }, "cidr", '"10.20.0.0/22"', "a prefix from /16 to /21"],
    [zone("us-east-1b"), "zones.2", '"us-east-1b"', "a zone that is not named before"],
    [zone("us-west-2a"), "zones.2", '"us-west-2a"', "a zone of us-east-1"],
    [zone("us-east-1g"), "zones.2", '"us-east-1g"', /ends in one of a, b, c, d, e, f$/],
    [{ zones: twoZones }, "zones", "2", "at least 3 zones"],
    [{ existing, zones: ["us-east-1a"] }, "zones", "1", "at least 2 zones"],
    [
      { existing: { ...existing, vpcId: "mine" }, zones: twoZones },
      "existing.vpcId",
      '"mine"',
      "the id of a VPC",
    ],
    [
      { existing: { ...existing, dataSubnetIds: ["subnet-0000002a", "mine"] }, zones: twoZones },
      "existing.dataSubnetIds.1",
      '"mine"',
      "the id of a subnet",
    ],
    [
      { existing: { ...existing, dataSubnetIds: ["subnet-0000002a"] }, zones: twoZones },
      "existing.dataSubnetIds",
      "1",
      "one subnet a zone, 2",
    ],
    [
      { existing: { ...existing, dataSubnetIds: existing.privateSubnetIds }, zones: twoZones },
      "existing.dataSubnetIds",
      '"subnet-0000001a"',
      "a subnet that is not given before",
    ],
  ])("%o", (changed, path, found, allowed) => {
    const expected = typeof allowed === "string" ? allowed : expect.stringMatching(allowed);
    expect(mistakesOf(changed)).toContainEqual({ path, found, allowed: expected });
    expect(recorded.all).toEqual([]);
  });

  it("a name too long for a role", () => {
    expect(mistakesOf({}, "a".repeat(47))[0]?.path).toBe("name of the role");
  });
});
