import { describe, expect, it, test } from "vitest";
import { ec2 } from "./ec2.ts";
import type { AwsType, LivingResource, NewResource, Properties } from "./entry.ts";
import { kms } from "./kms.ts";
import { describe as describeType } from "./specification.ts";

const types = {
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  gateway: "aws:ec2/internetGateway:InternetGateway",
  nat: "aws:ec2/natGateway:NatGateway",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  route: "aws:ec2/route:Route",
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  group: "aws:ec2/securityGroup:SecurityGroup",
  defaultGroup: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  flowLog: "aws:ec2/flowLog:FlowLog",
  key: "aws:kms/key:Key",
  alias: "aws:kms/alias:Alias",
};

function living(type: string, id: string, inputs: Properties, outputs: Properties = {}): LivingResource {
  const urn = `urn:pulumi:t::t::${type}::${id}`;
  return { type, id, inputs, outputs: { ...inputs, ...outputs }, urn, region: "us-east-1" };
}

const sts = { vpcId: "vpc-1", serviceName: "com.amazonaws.us-east-1.sts", privateDnsEnabled: true };
const rule = {
  securityGroupId: "sg-1",
  referencedSecurityGroupId: "sg-2",
  ipProtocol: "tcp",
  fromPort: 443,
  toPort: 443,
};

const world = [
  living(types.vpc, "vpc-1", { cidrBlock: "10.0.0.0/16" }, { defaultSecurityGroupId: "sg-default" }),
  living(types.vpc, "vpc-2", { cidrBlock: "10.0.0.0/16" }),
  living(types.subnet, "subnet-1", { vpcId: "vpc-1", cidrBlock: "10.0.0.0/20" }),
  living(types.gateway, "igw-1", { vpcId: "vpc-1" }),
  living(types.nat, "nat-1", { allocationId: "eipalloc-1" }),
  living(types.association, "rtbassoc-1", { subnetId: "subnet-1", routeTableId: "rtb-1" }),
  living(types.endpoint, "vpce-1", sts),
  living(types.ingress, "sgr-1", rule),
  living(types.key, "key-1", {}, { arn: "arn:aws:kms:us-east-1:123456789012:key/key-1" }),
];

const rows: Readonly<Record<string, AwsType>> = { ...ec2, ...kms };

function rowOf(type: string): AwsType {
  const row = rows[type];
  if (!row) throw new Error(`no row for ${type}`);
  return row;
}

function resource(inputs: Properties, previous: Properties = {}): NewResource {
  return {
    name: "new",
    inputs,
    previous,
    region: "us-east-1",
    account: "123456789012",
    hex: (length) => "0a1b2c3d4e5f60718293a4b5c6d7e8f9".slice(0, length),
    find: (type, reference) => world.find((each) => each.type === type && each.id === reference),
    living: (type) => world.filter((each) => each.type === type),
  };
}

function refused(type: string, inputs: Properties, previous?: Properties): string[] {
  return (rowOf(type).refuse?.(resource(inputs, previous)) ?? []).map(({ path }) => path);
}

const computed = (type: string, property: string, inputs: Properties) =>
  rowOf(type).computed?.[property]?.(resource(inputs));

const policy = (action: string, principal = "arn:aws:iam::123456789012:root") =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: [action] }] });

describe("AWS refuses", () => {
  const subnet = { vpcId: "vpc-1", cidrBlock: "10.0.16.0/20", availabilityZone: "us-east-1a" };

  it.each<[string, string, Properties, string[]]>([
    ["a VPC larger than /16", types.vpc, { cidrBlock: "10.0.0.0/15" }, ["cidrBlock"]],
    ["nothing about a subnet that fits", types.subnet, subnet, []],
    ["a subnet outside its VPC", types.subnet, { ...subnet, cidrBlock: "10.1.0.0/20" }, ["cidrBlock"]],
    ["a subnet over another", types.subnet, { ...subnet, cidrBlock: "10.0.8.0/21" }, ["cidrBlock"]],
    [
      "nothing about the same range in another VPC",
      types.subnet,
      { ...subnet, vpcId: "vpc-2", cidrBlock: "10.0.8.0/21" },
      [],
    ],
    ["nothing about a VPC that is not known yet", types.subnet, { cidrBlock: "10.0.8.0/21" }, []],
    ["a subnet smaller than /28", types.subnet, { ...subnet, cidrBlock: "10.0.16.0/29" }, ["cidrBlock"]],
    [
      "another region's zone",
      types.subnet,
      { ...subnet, availabilityZone: "us-east-2a" },
      ["availabilityZone"],
    ],
    ["a region as a zone", types.subnet, { ...subnet, availabilityZone: "us-east-1" }, ["availabilityZone"]],
    ["nothing about a local zone", types.subnet, { ...subnet, availabilityZone: "us-east-1-bos-1a" }, []],
    ["a second internet gateway", types.gateway, { vpcId: "vpc-1" }, ["vpcId"]],
    ["an address that is in use", types.nat, { allocationId: "eipalloc-1" }, ["allocationId"]],
    ["a second route table for a subnet", types.association, { subnetId: "subnet-1" }, ["subnetId"]],
    ["a second endpoint of one name", types.endpoint, sts, ["privateDnsEnabled"]],
    ["nothing about one without the name", types.endpoint, { ...sts, privateDnsEnabled: false }, []],
    [
      "another region's service",
      types.endpoint,
      { vpcId: "vpc-1", serviceName: "com.amazonaws.us-west-2.sts" },
      ["serviceName"],
    ],
    ["the same rule again", types.ingress, rule, ["securityGroupId"]],
    ["nothing about another port", types.ingress, { ...rule, toPort: 444 }, []],
    [
      "a rule for two peers",
      types.ingress,
      { ...rule, cidrIpv4: "10.0.0.0/8" },
      ["cidrIpv4, referencedSecurityGroupId"],
    ],
    ["a description beyond ASCII", types.group, { description: "für alle" }, ["description"]],
    ["a key that goes too soon", types.key, { deletionWindowInDays: 6 }, ["deletionWindowInDays"]],
    ["a key that nobody may change", types.key, { policy: policy("kms:Decrypt") }, ["policy"]],
    [
      "a key that another account may change",
      types.key,
      { policy: policy("kms:PutKeyPolicy", "arn:aws:iam::210987654321:root") },
      ["policy"],
    ],
    [
      "nothing about a key that the account may change",
      types.key,
      { policy: policy("kms:PutKeyPolicy") },
      [],
    ],
  ])("%s", (_, type, inputs, paths) => {
    expect(refused(type, inputs)).toEqual(paths);
  });

  it("nothing that only meets itself in an update", () => {
    const previous = { id: "there" };
    expect(refused(types.subnet, { vpcId: "vpc-1", cidrBlock: "10.0.0.0/20" }, previous)).toEqual([]);
    expect(refused(types.nat, { allocationId: "eipalloc-1" }, previous)).toEqual([]);
    expect(refused(types.ingress, rule, previous)).toEqual([]);
    expect(refused(types.endpoint, sts, previous)).toEqual([]);
  });
});

describe("made resources look like AWS's", () => {
  it.each([
    [types.vpc, {}, /^vpc-[0-9a-f]{17}$/],
    [types.route, { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0" }, /^r-rtb-11080289494$/],
    [types.defaultGroup, { vpcId: "vpc-1" }, /^sg-default$/],
    [types.key, {}, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    [types.alias, { name: "alias/mine" }, /^alias\/mine$/],
  ])("%s", (type, inputs, id) => {
    expect(rowOf(type).id(resource(inputs))).toMatch(id);
  });

  test("and their properties fit one another", () => {
    expect(computed(types.vpc, "arn", {})).toBe(
      `arn:aws:ec2:us-east-1:123456789012:vpc/${rowOf(types.vpc).id(resource({}))}`,
    );
    expect(computed(types.nat, "privateIp", { subnetId: "subnet-1" })).toMatch(/^10\.0\.0\.([4-9]|1[01])$/);
    expect(computed(types.alias, "targetKeyArn", { targetKeyId: "key-1" })).toMatch(/key\/key-1$/);
    const entries = computed(types.endpoint, "dnsEntries", { ...sts, vpcEndpointType: "Interface" });
    expect(JSON.stringify(entries)).toContain(".sts.us-east-1.vpce.amazonaws.com");
  });
});

test.each([
  [types.subnet, "vpcId", "replace"],
  [types.subnet, "cidrBlock", "replace"],
  [types.subnet, "mapPublicIpOnLaunch", "update"],
  [types.nat, "subnetId", "replace"],
  [types.route, "natGatewayId", "update"],
  [types.association, "routeTableId", "update"],
  [types.association, "subnetId", "replace"],
  [types.endpoint, "policy", "update"],
  [types.endpoint, "subnetIds", "update"],
  [types.flowLog, "maxAggregationInterval", "replace"],
  [types.flowLog, "iamRoleArn", "replace"],
  [types.ingress, "referencedSecurityGroupId", "update"],
  [types.ingress, "securityGroupId", "replace"],
  [types.group, "description", "replace"],
  [types.key, "policy", "update"],
  [types.key, "deletionWindowInDays", "update"],
  [types.alias, "targetKeyId", "update"],
  [types.alias, "name", "replace"],
])("a change of %s %s leads to: %s", (type, property, change) => {
  expect(describeType(rowOf(type)).property([property])?.change).toBe(change);
});
