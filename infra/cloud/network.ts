/** The network: a VPC with public, private and data subnets in each zone, or one that is there already. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Type } from "typebox";
import { InvalidInput, type Mistake, validate } from "../../validate.ts";
import { anywhere, letIn, letOut, securityGroup } from "./firewall.ts";
import { policyDocument, role, type Statement, trustService } from "./iam.ts";
import { retentionMistakes } from "./log-retention.ts";
import { checkNames } from "./names.ts";
import { cidrMistakes, type SubnetRole, subnetsOf, zoneMistakes } from "./subnets.ts";
import { type Transform, transformed } from "./transform.ts";

export interface NetworkArgs {
  region: string;
  /**
   * Availability zones, at least three (two with `existing`), such as `us-east-1a`. Their order says
   * nothing but that of the outputs.
   */
  zones: readonly string[];
  /** Addresses of the VPC: a private IPv4 range, /16 to /21. Not looked at with `existing`. */
  cidr: string;
  /** One NAT gateway costs a third and is lost with its zone. Not looked at with `existing`. */
  natGateways: "one" | "one-per-zone";
  /** The AWS account, twelve digits. */
  account: string;
  /** ARN of the KMS key that flow logs are encrypted with. */
  logsKeyArn: pulumi.Input<string>;
  /** Days that flow logs are kept, one of those that CloudWatch Logs offers. */
  logRetentionDays: number;
  /**
   * A VPC to be used instead of an own one, default none. Of it nothing is made or changed but security
   * groups, and endpoints where asked for: routes, NAT and flow logs are its owner's. It needs DNS support
   * and DNS host names, and for load balancers the tags `kubernetes.io/role/elb=1` on public subnets
   * and `kubernetes.io/role/internal-elb=1` on private ones. Subnets are given in the order of `zones`.
   */
  existing?: {
    vpcId: string;
    publicSubnetIds: readonly string[];
    privateSubnetIds: readonly string[];
    dataSubnetIds: readonly string[];
  };
  /**
   * Whether AWS's services get interface endpoints, default true, and false with `existing`, whose owner may
   * have them. An own VPC has the endpoint for S3, which costs nothing, in any case.
   */
  endpoints?: boolean;
  /** Changes to the arguments of what is made; `subnet` is called for each subnet, and so on. Default none. */
  transform?: {
    vpc?: Transform<aws.ec2.VpcArgs>;
    subnet?: Transform<aws.ec2.SubnetArgs>;
    natGateway?: Transform<aws.ec2.NatGatewayArgs>;
    endpoint?: Transform<aws.ec2.VpcEndpointArgs>;
    flowLog?: Transform<aws.ec2.FlowLogArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** What starts in a private subnet needs its way out, and so depends on the whole network. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** One a zone, in the order of the zones, as are the other two. */
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly dataSubnetIds: pulumi.Output<string>[];
  /**
   * Security group of what runs in the private subnets: it reaches the endpoints, and data stores let it in.
   * It lets out HTTPS alone; who lets it in somewhere else adds the rule that lets it out.
   */
  readonly workloadSecurityGroupId: pulumi.Output<string>;
  /** Security group of the interface endpoints, which lets workloads in; absent where there are none. */
  readonly endpointsSecurityGroupId?: pulumi.Output<string>;

  readonly #name: string;
  readonly #args: NetworkArgs;

  /** @throws InvalidInput with every wrong argument */
  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    check(name, args);
    super("keelson:cloud:Network", name, {}, options);
    this.#name = name;
    this.#args = args;
    const { existing, endpoints = !existing } = args;

    const network = existing ? known(existing) : this.#make();
    this.vpcId = network.vpcId;
    this.publicSubnetIds = network.public;
    this.privateSubnetIds = network.private;
    this.dataSubnetIds = network.data;
    this.workloadSecurityGroupId = this.#workloads();
    if (endpoints) this.endpointsSecurityGroupId = this.#interfaceEndpoints();
    this.registerOutputs();
  }

  #make(): Subnets {
    const vpcId = this.#vpc();
    const subnets = {
      vpcId,
      public: this.#subnets(vpcId, "public"),
      private: this.#subnets(vpcId, "private"),
      data: this.#subnets(vpcId, "data"),
    };
    const internet = this.#publicRoutes(subnets);
    const privateTables = this.#privateRoutes(subnets, this.#natGateways(subnets, internet));
    const dataTable = this.#routeTable("data", vpcId);
    this.#associate("data", subnets.data, () => dataTable);
    this.#s3Endpoint(vpcId, [...privateTables, dataTable]);
    this.#flowLogs(vpcId);
    return subnets;
  }

  #vpc(): pulumi.Output<string> {
    const { cidr, transform } = this.#args;
    const name = this.#name;
    const vpc = new aws.ec2.Vpc(
      name,
      transformed(
        { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: name } },
        transform?.vpc,
      ),
      { parent: this },
    );
    // A VPC comes with a group that lets its members talk: emptied, so that what forgets its group is alone.
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: { Name: `${name}-default` } },
      { parent: this },
    );
    return vpc.id;
  }

  #subnets(vpcId: pulumi.Output<string>, subnetRole: SubnetRole): pulumi.Output<string>[] {
    const { cidr, zones, transform } = this.#args;
    return zones.map((zone) => {
      const name = `${this.#name}-${subnetRole}-${zone}`;
      const args: aws.ec2.SubnetArgs = {
        vpcId,
        availabilityZone: zone,
        cidrBlock: subnetsOf(cidr, zone)[subnetRole],
        mapPublicIpOnLaunch: false,
        tags: { Name: name, ...loadBalancerTags[subnetRole] },
      };
      return new aws.ec2.Subnet(name, transformed(args, transform?.subnet), { parent: this }).id;
    });
  }

  #publicRoutes(subnets: Subnets): aws.ec2.InternetGateway {
    const name = `${this.#name}-public`;
    const gateway = new aws.ec2.InternetGateway(
      this.#name,
      { vpcId: subnets.vpcId, tags: { Name: this.#name } },
      { parent: this },
    );
    const table = this.#routeTable("public", subnets.vpcId);
    new aws.ec2.Route(
      name,
      { routeTableId: table, destinationCidrBlock: anywhere.cidr, gatewayId: gateway.id },
      { parent: this },
    );
    this.#associate("public", subnets.public, () => table);
    return gateway;
  }

  /** NAT gateways by zone. A single one is in the first zone by name, whatever the order of zones. */
  #natGateways(subnets: Subnets, internet: aws.ec2.InternetGateway): Map<string, pulumi.Output<string>> {
    const { zones, natGateways } = this.#args;
    const chosen = natGateways === "one" ? zones.toSorted().slice(0, 1) : zones;
    return new Map(
      chosen.map((zone) => [zone, this.#natGateway(zone, inZone(zones, subnets.public, zone), internet)]),
    );
  }

  /** Without the internet gateway neither the address nor the NAT gateway is of use, and both hold it back. */
  #natGateway(
    zone: string,
    subnetId: pulumi.Output<string>,
    internet: aws.ec2.InternetGateway,
  ): pulumi.Output<string> {
    const name = `${this.#name}-nat-${zone}`;
    const tags = { Name: name };
    const options = { parent: this, dependsOn: internet };
    const address = new aws.ec2.Eip(name, { domain: "vpc", tags }, options);
    const args: aws.ec2.NatGatewayArgs = { allocationId: address.allocationId, subnetId, tags };
    return new aws.ec2.NatGateway(
      name,
      transformed(args, this.#args.transform?.natGateway),
      // Two cannot have the address at a time.
      { ...options, deleteBeforeReplace: true },
    ).id;
  }

  /** A table a zone, even with one NAT gateway: another number of them changes routes and nothing else. */
  #privateRoutes(subnets: Subnets, gateways: Map<string, pulumi.Output<string>>): pulumi.Output<string>[] {
    const { zones } = this.#args;
    const [only] = gateways.values();
    const tables = zones.map((zone) => {
      const table = this.#routeTable(`private-${zone}`, subnets.vpcId);
      const natGatewayId = gateways.get(zone) ?? only;
      new aws.ec2.Route(
        `${this.#name}-private-${zone}`,
        { routeTableId: table, destinationCidrBlock: anywhere.cidr, ...(natGatewayId && { natGatewayId }) },
        { parent: this },
      );
      return table;
    });
    this.#associate("private", subnets.private, (zone) => inZone(zones, tables, zone));
    return tables;
  }

  #routeTable(suffix: string, vpcId: pulumi.Output<string>): pulumi.Output<string> {
    const name = `${this.#name}-${suffix}`;
    return new aws.ec2.RouteTable(name, { vpcId, tags: { Name: name } }, { parent: this }).id;
  }

  #associate(
    subnetRole: SubnetRole,
    subnetIds: pulumi.Output<string>[],
    table: (zone: string) => pulumi.Output<string>,
  ): void {
    const { zones } = this.#args;
    for (const zone of zones) {
      new aws.ec2.RouteTableAssociation(
        `${this.#name}-${subnetRole}-${zone}`,
        { subnetId: inZone(zones, subnetIds, zone), routeTableId: table(zone) },
        { parent: this },
      );
    }
  }

  /** Traffic to S3, image layers among it, leaves the private subnets past the NAT gateways. */
  #s3Endpoint(vpcId: pulumi.Output<string>, routeTableIds: pulumi.Output<string>[]): void {
    const { account } = this.#args;
    this.#endpoint("s3", vpcId, s3Statements(account), { vpcEndpointType: "Gateway", routeTableIds });
  }

  #interfaceEndpoints(): pulumi.Output<string> {
    const group = this.#securityGroup("endpoints", "Endpoints of AWS services");
    letIn(
      `${this.#name}-endpoints-workloads`,
      { of: group, peer: this.workloadSecurityGroupId, port: 443, description: "HTTPS from workloads" },
      { parent: this },
    );
    for (const [service, statements] of Object.entries(interfaceEndpoints)) {
      this.#endpoint(service, this.vpcId, statements(this.#args.account), {
        vpcEndpointType: "Interface",
        subnetIds: this.privateSubnetIds,
        securityGroupIds: [group],
        privateDnsEnabled: true,
      });
    }
    return group;
  }

  #endpoint(
    service: string,
    vpcId: pulumi.Output<string>,
    statements: Statement[],
    way: Partial<aws.ec2.VpcEndpointArgs>,
  ): void {
    const { region, transform } = this.#args;
    const name = `${this.#name}-${service.replace(".", "-")}`;
    const args: aws.ec2.VpcEndpointArgs = {
      vpcId,
      serviceName: `com.amazonaws.${region}.${service}`,
      policy: policyDocument(statements),
      tags: { Name: name },
      ...way,
    };
    new aws.ec2.VpcEndpoint(name, transformed(args, transform?.endpoint), { parent: this });
  }

  #flowLogs(vpcId: pulumi.Output<string>): void {
    const { account, region, logsKeyArn, logRetentionDays, transform } = this.#args;
    const name = `${this.#name}-flow-logs`;
    const group = new aws.cloudwatch.LogGroup(
      name,
      { kmsKeyId: logsKeyArn, retentionInDays: logRetentionDays },
      { parent: this },
    );
    const writer = role(
      name,
      {
        description: "Writes the flow logs of the VPC",
        trust: trustService("vpc-flow-logs.amazonaws.com", account),
        statements: flowLogStatements(group.arn, region, account),
      },
      { parent: this },
    );
    const args: aws.ec2.FlowLogArgs = {
      vpcId,
      trafficType: "ALL",
      logDestination: group.arn,
      iamRoleArn: writer.arn,
      maxAggregationInterval: 600,
      tags: { Name: name },
    };
    new aws.ec2.FlowLog(name, transformed(args, transform?.flowLog), {
      parent: this,
      dependsOn: writer.policies,
    });
  }

  #workloads(): pulumi.Output<string> {
    const group = this.#securityGroup("workloads", "What runs in the private subnets");
    letOut(
      `${this.#name}-workloads-internet`,
      { of: group, peer: anywhere, port: 443, description: "HTTPS to anywhere" },
      { parent: this },
    );
    return group;
  }

  #securityGroup(suffix: string, description: string): pulumi.Output<string> {
    const transform = this.#args.transform?.securityGroup;
    const args = { vpcId: this.vpcId, description, transform };
    return securityGroup(`${this.#name}-${suffix}`, args, { parent: this });
  }
}

/** Ids of subnets by role, one a zone. */
interface Subnets extends Record<SubnetRole, pulumi.Output<string>[]> {
  readonly vpcId: pulumi.Output<string>;
}

/**
 * How load balancers find their subnets.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
const loadBalancerTags: Readonly<Record<SubnetRole, Record<string, string>>> = {
  public: { "kubernetes.io/role/elb": "1" },
  private: { "kubernetes.io/role/internal-elb": "1" },
  data: {},
};

function known({
  vpcId,
  publicSubnetIds,
  privateSubnetIds,
  dataSubnetIds,
}: NonNullable<NetworkArgs["existing"]>) {
  const outputs = (ids: readonly string[]) => ids.map((id) => pulumi.output(id));
  return {
    vpcId: pulumi.output(vpcId),
    public: outputs(publicSubnetIds),
    private: outputs(privateSubnetIds),
    data: outputs(dataSubnetIds),
  };
}

function inZone<Value>(zones: readonly string[], values: readonly Value[], zone: string): Value {
  return values[zones.indexOf(zone)] as Value;
}

/**
 * Anyone's objects can be read, since image layers and packages come from buckets of AWS and of registries;
 * written and listed are only buckets of this account, so nothing is carried out by this way.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
 */
function s3Statements(account: string): Statement[] {
  return [
    { Sid: "Read", Principal: { AWS: "*" }, Action: "s3:GetObject", Resource: "arn:aws:s3:::*/*" },
    {
      Sid: "BucketsOfThisAccount",
      Principal: { AWS: "*" },
      Action: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetBucketLocation",
        "s3:ListBucket",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceAccount": account } },
    },
  ];
}

const registry = byThisAccount([
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:DescribeImages",
  "ecr:GetAuthorizationToken",
  "ecr:GetDownloadUrlForLayer",
]);

/**
 * What each interface endpoint lets through: what workloads ask of the service, by principals of this account.
 *
 * Each of the five costs 0.01 $ an hour and zone, about 110 $ a month in three zones, and 0.01 $ a GB where a
 * NAT gateway takes 0.045 $ (us-east-1). They are worth it: pulling images, writing logs and reading
 * credentials are what a scale-out waits for, and with them none depends on a NAT gateway.
 * https://aws.amazon.com/privatelink/pricing
 */
const interfaceEndpoints: Readonly<Record<string, (account: string) => Statement[]>> = {
  "ecr.api": registry,
  "ecr.dkr": registry,
  sts: (account) => [
    ...byThisAccount(["sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"])(account),
    {
      // Whoever asks has no account yet.
      Sid: "RolesOfThisAccount",
      Principal: { AWS: "*" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Resource: `arn:aws:iam::${account}:role/*`,
    },
  ],
  logs: byThisAccount([
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
  ]),
  secretsmanager: byThisAccount([
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecrets",
  ]),
};

function byThisAccount(actions: string[]): (account: string) => Statement[] {
  return (account) => [
    {
      Sid: "PrincipalsOfThisAccount",
      Principal: { AWS: "*" },
      Action: actions,
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalAccount": account } },
    },
  ];
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html, held to the one group. */
function flowLogStatements(group: pulumi.Output<string>, region: string, account: string): Statement[] {
  return [
    {
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${group}:*`,
    },
    { Action: "logs:DescribeLogGroups", Resource: `arn:aws:logs:${region}:${account}:log-group:*` },
  ];
}

const subnetIds = Type.Array(
  Type.String({ title: "the id of a subnet", pattern: "^subnet-[0-9a-f]{8,17}$" }),
);

const schema = Type.Object({
  region: Type.String({ title: "a region such as us-east-1", pattern: "^[a-z]{2}(-[a-z]+)+-\\d$" }),
  zones: Type.Array(Type.String()),
  cidr: Type.String(),
  natGateways: Type.Enum(["one", "one-per-zone"]),
  account: Type.String({ title: "twelve digits", pattern: "^\\d{12}$" }),
  logRetentionDays: Type.Integer(),
  existing: Type.Optional(
    Type.Object({
      vpcId: Type.String({ title: "the id of a VPC", pattern: "^vpc-[0-9a-f]{8,17}$" }),
      publicSubnetIds: subnetIds,
      privateSubnetIds: subnetIds,
      dataSubnetIds: subnetIds,
    }),
  ),
});

function check(name: string, args: NetworkArgs): void {
  const { logsKeyArn: _key, transform: _transform, endpoints: _endpoints, ...plain } = args;
  const subject = `Network ${JSON.stringify(name)}`;
  validate(subject, schema, plain);
  const mistakes = [
    ...retentionMistakes(args.logRetentionDays),
    ...zonesWrong(args),
    ...(args.existing ? existingWrong(args.existing, args.zones) : cidrMistakes("cidr", args.cidr)),
  ];
  if (mistakes.length > 0) throw new InvalidInput(subject, mistakes);
  checkNames(subject, [["role", `${name}-flow-logs`]]);
}

function zonesWrong({ region, zones, existing }: NetworkArgs): Mistake[] {
  const mistakes = zoneMistakes(zones);
  zones.forEach((zone, index) => {
    if (zone.slice(0, -1) === region || mistakes.some(({ path }) => path === `zones.${index}`)) return;
    mistakes.push({ path: `zones.${index}`, found: JSON.stringify(zone), allowed: `a zone of ${region}` });
  });
  const least = existing ? 2 : 3;
  if (zones.length < least) {
    mistakes.push({ path: "zones", found: `${zones.length}`, allowed: `at least ${least} zones` });
  }
  return mistakes;
}

function existingWrong(
  { vpcId: _, ...subnets }: NonNullable<NetworkArgs["existing"]>,
  zones: readonly string[],
) {
  const seen = new Set<string>();
  return Object.entries(subnets).flatMap(([role, ids]): Mistake[] => {
    const path = `existing.${role}`;
    const repeated = ids.filter((id) => seen.has(id) || !seen.add(id));
    const mistakes = repeated.map((id) => ({
      path,
      found: JSON.stringify(id),
      allowed: "a subnet that is not given before",
    }));
    if (ids.length === zones.length) return mistakes;
    return [...mistakes, { path, found: `${ids.length}`, allowed: `one subnet a zone, ${zones.length}` }];
  });
}
