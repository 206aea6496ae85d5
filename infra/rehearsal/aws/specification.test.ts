import { expect, test } from "vitest";
import { refusals } from "./check.ts";
import type { AwsType } from "./entry.ts";
import { describe, resourceOf } from "./specification.ts";

const source = "https://docs.aws.amazon.com/";

function described(specification: string, row: Partial<AwsType> = {}) {
  return describe({ specification, id: () => "", ...row });
}

test("finds names in camel case, however the specification writes capitals", () => {
  const cluster = described("AWS::RDS::DBCluster");
  expect(cluster.property("storageEncrypted")?.change).toBe("replace");
  expect(cluster.property("dbSubnetGroupName")?.change).toBe("replace");
  expect(cluster.property("backupRetentionPeriod")?.change).toBe("update");
  expect(cluster.property("colour")).toBeUndefined();
});

test("finds other names by the table, within a property and from the top", () => {
  const template = described("AWS::EC2::LaunchTemplate", {
    properties: {
      image: "LaunchTemplateData.ImageId",
      data: "LaunchTemplateData",
      "data.disks": "BlockDeviceMappings.Ebs",
    },
  });
  expect(template.property("image")?.change).toBe("update");
  expect(template.property("data.disks.kmsKeyId")?.change).toBe("update");
  expect(template.property(["data", "disks", 0, "kmsKeyId"])?.change).toBe("update");
  expect(template.property("data.disks.colour")).toBeUndefined();
});

test("what is within a replacing property replaces", () => {
  const group = described("AWS::EKS::Nodegroup");
  expect(group.property("remoteAccess.ec2SshKey")?.change).toBe("replace");
});

test("maps have any keys, lists of names and values are maps too, and JSON holds anything", () => {
  expect(described("AWS::EKS::Nodegroup").property(["labels", "k8s.io/a"])?.change).toBe("update");
  expect(described("AWS::CloudWatch::Alarm").property("dimensions.ClusterName")?.change).toBe("update");
  expect(described("AWS::IAM::Role").property("assumeRolePolicyDocument.Statement.Effect")).toBeDefined();
  expect(described("AWS::Logs::LogGroup").property("retentionInDays.colour")).toBeUndefined();
});

test("the table's longest path decides, beyond what the specification says", () => {
  const vpc = described("AWS::EC2::VPC", {
    properties: {
      cidrBlock: { change: "update", source },
      own: { change: "replace", source },
      "own.inner": { change: "update", source },
    },
  });
  expect(vpc.property("cidrBlock")?.change).toBe("update");
  expect(vpc.property("own.other.deep")?.change).toBe("replace");
  expect(vpc.property("own.inner.deep")?.change).toBe("update");
});

test("what the specification leaves open is unclear, and refused when it is used", () => {
  expect(described("AWS::EC2::VPC").property("instanceTenancy")?.change).toBe("unclear");
  const type = "aws:ec2/vpc:Vpc";
  const row = { type, id: () => "", isRegional: true, description: described("AWS::EC2::VPC") };
  expect(refusals(row, { instanceTenancy: "default" })).toEqual([
    "instanceTenancy: found a property of which the specification does not say whether a change replaces it, " +
      "allowed: those of which the table says so; add a Behaviour in infra/rehearsal/aws/ec2.ts",
  ]);
  expect(refusals(row, { enableDnsSupport: true })).toEqual([]);
});

test("listed values come from the specification, or from the table where the provider has others", () => {
  expect(described("AWS::Logs::LogGroup").property("retentionInDays")?.allowed).toContain(3653);
  const properties = { retentionInDays: { change: "update", source, allowed: [0] } } as const;
  expect(described("AWS::Logs::LogGroup", { properties }).property("retentionInDays")?.allowed).toEqual([0]);
});

test("required names know which property sets them", () => {
  const { required } = described("AWS::EKS::Nodegroup", { properties: { nodeRoleArn: "NodeRole" } });
  expect(required.map(({ name }) => name).sort()).toEqual(["ClusterName", "NodeRole", "Subnets"]);
  expect(required.find(({ name }) => name === "NodeRole")?.isSetBy("nodeRoleArn")).toBe(true);
});

test("tags of auto-scaling groups have their own form", () => {
  expect(described("AWS::AutoScaling::AutoScalingGroup").isTaggable).toBe(false);
  expect(described("AWS::EC2::VPC").isTaggable).toBe(true);
  expect(described("AWS::IAM::RolePolicy").isTaggable).toBe(false);
});

test("a type that the specification lacks is refused", () => {
  expect(resourceOf("AWS::None::Such")).toBeUndefined();
  expect(() => described("AWS::None::Such")).toThrow("the specification has no type AWS::None::Such");
});
