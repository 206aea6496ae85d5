import { expect, test } from "vitest";
import { unknown } from "./events.ts";
import { type CountedResource, quotaNeeds } from "./quotas.ts";

const vcpus = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances";
const spot = "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests";

function needed(resources: CountedResource[]): Record<string, number> {
  return Object.fromEntries(quotaNeeds(resources).map((need) => [need.name, need.needed]));
}

function nodeGroup(max: number, inputs: Record<string, unknown> = {}): CountedResource {
  const { scalingConfig, ...rest } = { scalingConfig: { maxSize: max }, ...inputs };
  return {
    type: "aws:eks/nodeGroup:NodeGroup",
    inputs: {
      clusterName: "one",
      instanceTypes: ["c7g.2xlarge"],
      subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
      scalingConfig,
      ...rest,
    },
  };
}

const many = (count: number, type: string, inputs: Record<string, unknown> = {}) =>
  Array.from({ length: count }, () => ({ type, inputs }));

test("a stack without resources needs nothing", () => {
  expect(quotaNeeds([])).toEqual([]);
});

test("vCPUs are those of all nodes at most, with two a zone during an update", () => {
  expect(needed([nodeGroup(15)])[vcpus]).toBe((15 + 6) * 8);
  expect(needed([nodeGroup(15), nodeGroup(10, { capacityType: "SPOT" })])).toMatchObject({
    [vcpus]: 168,
    [spot]: 128,
  });
});

test("where an update takes more nodes out at once, as many are added", () => {
  const updateConfig = { maxUnavailablePercentage: 33 };
  expect(needed([nodeGroup(30, { updateConfig })])[vcpus]).toBe((30 + 10) * 8);
  expect(needed([nodeGroup(30, { updateConfig: { maxUnavailable: 20 } })])[vcpus]).toBe((30 + 20) * 8);
});

test.each([
  ["t4g.nano", 2],
  ["t4g.medium", 2],
  ["m7g.medium", 1],
  ["m7g.large", 2],
  ["m7g.xlarge", 4],
  ["r8gd.16xlarge", 64],
])("the vCPUs of %s are %i", (instanceType, count) => {
  const group = { type: "aws:autoscaling/group:Group", inputs: { maxSize: 3 } };
  const template = { type: "aws:ec2/launchTemplate:LaunchTemplate", inputs: { instanceType } };
  expect(needed([group, template])[vcpus]).toBe(3 * count);
});

test("a machine of unknown vCPUs is told, not taken for none", () => {
  const machine = nodeGroup(1, { instanceTypes: ["m7g.metal"] });
  expect(() => quotaNeeds([machine])).toThrow(/found the machine m7g\.metal/);
  expect(() => quotaNeeds([nodeGroup(1, { instanceTypes: [unknown] })])).toThrow(/not known/);
});

test("what a default does not allow is to be raised, and comes first with the command that asks for it", () => {
  const [first, ...others] = quotaNeeds([...many(2, "aws:rds/proxy:Proxy"), ...many(6, "aws:ec2/eip:Eip")]);
  expect(first).toMatchObject({
    name: "EC2-VPC Elastic IPs",
    needed: 6,
    default: 5,
    status: "raise",
    read: "aws service-quotas get-service-quota --service-code ec2 --quota-code L-0263D0A3 --query Quota.Value",
    request:
      "aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-0263D0A3 --desired-value 6",
  });
  expect(others).toMatchObject([{ name: "Proxies", status: "ok" }]);
  expect(others[0]).not.toHaveProperty("request");
});

test("exactly the default is enough", () => {
  expect(quotaNeeds(many(5, "aws:ec2/eip:Eip"))).toMatchObject([{ needed: 5, status: "ok" }]);
});

test("a VPC and its internet gateway come beside the default ones", () => {
  const network = [...many(1, "aws:ec2/vpc:Vpc"), ...many(1, "aws:ec2/internetGateway:InternetGateway")];
  expect(needed(network)).toEqual({ "VPCs per Region": 2, "Internet gateways per Region": 2 });
});

test("NAT gateways count by zone, endpoints by kind", () => {
  const type = "aws:ec2/natGateway:NatGateway";
  const gateways = ["a", "b", "c", "c"].map((zone) => ({ type, inputs: { subnetId: `subnet-${zone}` } }));
  const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
  const endpoints = [...many(4, endpoint, { vpcEndpointType: "Interface" }), ...many(1, endpoint)];
  expect(needed([...gateways, ...endpoints])).toEqual({
    "NAT gateways per Availability Zone": 2,
    "Interface VPC endpoints per VPC": 4,
    "Gateway VPC endpoints per Region": 1,
  });
});

test("rules count one way and by group, and a list of prefixes by its entries", () => {
  const rules = (count: number, way: "In" | "E", securityGroupId: string, inputs = {}) =>
    many(count, `aws:vpc/securityGroup${way}gressRule:SecurityGroup${way}gressRule`, {
      securityGroupId,
      ...inputs,
    });
  const name = "Inbound or outbound rules per security group";
  const few = [...rules(3, "In", "sg-1"), ...rules(2, "In", "sg-2"), ...rules(4, "E", "sg-1")];
  expect(needed(few)[name]).toBe(4);
  expect(needed([...few, ...rules(1, "In", "sg-2", { prefixListId: "pl-1" })])[name]).toBe(57);
});

test("nodes of a cache are counted with what autoscaling may add", () => {
  const group = (id: string) => ({
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    inputs: { replicationGroupId: id, numNodeGroups: 3, replicasPerNodeGroup: 2 },
  });
  const target = (resourceId: string) => ({
    type: "aws:appautoscaling/target:Target",
    inputs: { resourceId, scalableDimension: "elasticache:replication-group:Replicas", maxCapacity: 4 },
  });
  const regional = "Nodes per Region";
  const largest = "Nodes per cluster per instance type (Redis cluster mode enabled)";
  expect(needed([group("one"), group("two")])).toEqual({ [regional]: 18, [largest]: 9 });
  const grown = [group("one"), group("two"), target("replication-group/two")];
  expect(needed(grown)).toEqual({ [regional]: 24, [largest]: 15 });
  expect(needed([group("one"), target(unknown)])).toEqual({ [regional]: 15, [largest]: 15 });
});

test("readers that autoscaling may add are counted", () => {
  const instances = many(4, "aws:rds/clusterInstance:ClusterInstance");
  const inputs = { scalableDimension: "rds:cluster:ReadReplicaCount", minCapacity: 3, maxCapacity: 6 };
  const target = { type: "aws:appautoscaling/target:Target", inputs };
  expect(needed([...instances, target])["DB instances"]).toBe(7);
});

test("disks are those of all nodes at most, in whole TiB", () => {
  const blockDeviceMappings = [{ ebs: { volumeSize: 100 } }];
  const template = { type: "aws:ec2/launchTemplate:LaunchTemplate", inputs: { blockDeviceMappings } };
  const name = "Storage for General Purpose SSD (gp3) volumes, in TiB";
  expect(needed([nodeGroup(15), template])[name]).toBe(3);
});

test("every quota names its source; one without a code is read from a list", () => {
  const all = quotaNeeds([
    ...many(1, "aws:cloudwatch/metricAlarm:MetricAlarm"),
    ...many(1, "aws:iam/role:Role"),
    ...many(1, "aws:cloudwatch/logGroup:LogGroup"),
  ]);
  for (const { source, code, read } of all) {
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    expect(read).toContain(code ?? "list-service-quotas");
  }
  expect(all.find(({ service }) => service === "iam")?.read).toContain("--region us-east-1");
});
