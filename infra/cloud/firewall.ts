/** Security groups that let in and out what is named, and nothing else. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "./transform.ts";

export interface SecurityGroupOptions {
  description: string;
  vpcId: pulumi.Input<string>;
  transform?: Transform<aws.ec2.SecurityGroupArgs> | undefined;
}

/** A security group by itself, which lets nothing in and nothing out. @returns its id */
export function securityGroup(
  name: string,
  { transform, ...group }: SecurityGroupOptions,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const args = transformed({ ...group, tags: { Name: name } }, transform);
  return new aws.ec2.SecurityGroup(name, args, options).id;
}

/** Every IPv4 address. */
export const anywhere = { cidr: "0.0.0.0/0" };

export interface Passage {
  /** The security group that gets the rule. */
  of: pulumi.Input<string>;
  /** The security group, or the range of addresses, at the other side. */
  peer: pulumi.Input<string> | { cidr: string };
  /** TCP port. */
  port: number;
  description: string;
}

/** Lets connections in from `peer`. */
export function letIn(
  name: string,
  passage: Passage,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new aws.vpc.SecurityGroupIngressRule(name, rule(passage), options);
}

/** Lets connections out to `peer`. */
export function letOut(
  name: string,
  passage: Passage,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new aws.vpc.SecurityGroupEgressRule(name, rule(passage), options);
}

function rule({ of, peer, port, description }: Passage) {
  const range = typeof peer === "object" && "cidr" in peer ? peer.cidr : undefined;
  return {
    securityGroupId: of,
    ...(range ? { cidrIpv4: range } : { referencedSecurityGroupId: peer as pulumi.Input<string> }),
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    description,
  };
}
