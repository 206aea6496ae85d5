/** The way for pipelines and operators to an API server that has no public endpoint: a port forwarded by Session Manager. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { anywhere, letIn, letOut, securityGroup } from "./firewall.ts";
import { role, type Statement, trustService } from "./iam.ts";
import { checkNames } from "./names.ts";
import { type Transform, transformed } from "./transform.ts";

export interface TunnelArgs {
  /** Cluster whose API server it leads to. */
  readonly clusterName: pulumi.Input<string>;
  /** The cluster's own security group. */
  readonly clusterSecurityGroupId: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets with a way to Systems Manager: a NAT gateway, or endpoints of `ssm` and `ssmmessages`. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** ARN of the KMS key that the disk is encrypted with. */
  readonly disksKeyArn: pulumi.Input<string>;
  /** Security group of the VPC's interface endpoints. Default none: Systems Manager is reached at any address, by port 443. */
  readonly endpointsSecurityGroupId?: pulumi.Input<string>;
  readonly transform?: {
    launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
    autoscalingGroup?: Transform<aws.autoscaling.GroupArgs>;
  };
}

/** Says of an instance which cluster it is the way to; `tunnelAccess` goes by it. */
const tunnelTag = "keelson-tunnel";
const document = "AWS-StartPortForwardingSessionToRemoteHost";
/** Resolved at each launch, so a new instance has the newest image. */
const image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
const week = 7 * 24 * 60 * 60;

/**
 * An instance that nothing connects to: its agent dials out to Systems Manager, and a session goes through it to
 * the API server. It keeps nothing, is replaced when it fails and once a week.
 */
export class Tunnel extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>;
  readonly autoscalingGroup: pulumi.Output<string>;

  /** @throws InvalidInput when the name leaves no room for the role's */
  constructor(name: string, args: TunnelArgs, options: pulumi.ComponentResourceOptions) {
    checkNames(`Tunnel "${name}"`, [["role", name]]);
    super("keelson:cloud:Tunnel", name, {}, options);
    const profile = this.#profile(name);
    this.securityGroupId = this.#securityGroup(name, args);
    this.autoscalingGroup = this.#instance(name, profile, args);
    this.registerOutputs();
  }

  #profile(name: string): aws.iam.InstanceProfile {
    const { name: roleName, policies } = role(
      name,
      {
        description: "The tunnel's instance: being managed by Systems Manager",
        trust: trustService("ec2.amazonaws.com"),
        managedPolicies: ["AmazonSSMManagedInstanceCore"],
      },
      { parent: this },
    );
    return new aws.iam.InstanceProfile(name, { role: roleName }, { parent: this, dependsOn: policies });
  }

  #securityGroup(name: string, args: TunnelArgs): pulumi.Output<string> {
    const { clusterSecurityGroupId: cluster, endpointsSecurityGroupId = anywhere, vpcId } = args;
    const child = { parent: this };
    const description =
      "Tunnel to the API server: nothing in, HTTPS to the API server and Systems Manager out";
    const tunnel = securityGroup(name, { description, vpcId }, child);
    const https = { of: tunnel, port: 443 };
    letOut(`${name}-to-cluster`, { ...https, peer: cluster, description: "To the API server" }, child);
    letOut(
      `${name}-to-systems-manager`,
      { ...https, peer: endpointsSecurityGroupId, description: "To Systems Manager" },
      child,
    );
    letIn(
      `${name}-into-cluster`,
      { of: cluster, peer: tunnel, port: 443, description: "From the tunnel" },
      child,
    );
    return tunnel;
  }

  #instance(name: string, profile: aws.iam.InstanceProfile, args: TunnelArgs): pulumi.Output<string> {
    const child = { parent: this };
    const template = new aws.ec2.LaunchTemplate(
      name,
      transformed(this.#template(profile, args), args.transform?.launchTemplate),
      child,
    );
    const group = new aws.autoscaling.Group(
      name,
      transformed(
        {
          minSize: 1,
          maxSize: 1,
          vpcZoneIdentifiers: args.subnetIds,
          launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
          maxInstanceLifetime: week,
          instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 0 } },
          tags: [
            { key: "Name", value: name, propagateAtLaunch: true },
            { key: tunnelTag, value: args.clusterName, propagateAtLaunch: true },
          ],
        },
        args.transform?.autoscalingGroup,
      ),
      child,
    );
    return group.name;
  }

  #template(profile: aws.iam.InstanceProfile, args: TunnelArgs): aws.ec2.LaunchTemplateArgs {
    return {
      description: "Tunnel to the API server",
      updateDefaultVersion: true,
      imageId: image,
      instanceType: "t4g.nano",
      creditSpecification: { cpuCredits: "standard" },
      iamInstanceProfile: { arn: profile.arn },
      vpcSecurityGroupIds: [this.securityGroupId],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: 8,
            encrypted: "true",
            kmsKeyId: args.disksKeyArn,
            deleteOnTermination: "true",
          },
        },
      ],
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: false },
    };
  }
}

export interface TunnelAccessArgs {
  readonly account: string;
  readonly region: string;
  /** Name of the cluster, or a pattern of names with `*`. */
  readonly clusterName: string;
}

/**
 * What an identity needs to open a tunnel to a cluster and to end its own sessions, and nothing beyond: no shell,
 * no other instance. Sources: Systems Manager User Guide, "Sample IAM policies for Session Manager" and "Start a
 * session with a document by specifying the session documents in IAM policies".
 */
export function tunnelAccess({ account, region, clusterName }: TunnelAccessArgs): Statement[] {
  return [
    {
      Sid: "FindTunnel",
      Action: "ec2:DescribeInstances",
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      Sid: "FindCluster",
      Action: "eks:DescribeCluster",
      Resource: `arn:aws:eks:${region}:${account}:cluster/${clusterName}`,
    },
    {
      Sid: "OpenTunnel",
      Action: "ssm:StartSession",
      Resource: `arn:aws:ec2:${region}:${account}:instance/*`,
      Condition: {
        StringLike: { [`ssm:resourceTag/${tunnelTag}`]: clusterName },
        // Without it a session that names no document would be a shell, whatever the next statement says.
        BoolIfExists: { "ssm:SessionDocumentAccessCheck": "true" },
      },
    },
    {
      Sid: "ForwardPorts",
      Action: "ssm:StartSession",
      Resource: `arn:aws:ssm:${region}::document/${document}`,
    },
    {
      Sid: "UseSession",
      Action: "ssmmessages:OpenDataChannel",
      Resource: `arn:aws:ssm:${region}:${account}:session/*`,
    },
    {
      Sid: "EndOwnSession",
      Action: ["ssm:ResumeSession", "ssm:TerminateSession"],
      Resource: `arn:aws:ssm:${region}:${account}:session/*`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's
      Condition: { StringLike: { "ssm:resourceTag/aws:ssmmessages:session-id": "${aws:userid}" } },
    },
  ];
}
