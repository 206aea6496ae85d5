/** Amazon EC2, as far as it is network: VPCs and what is in them. */
import { crc32 } from "node:zlib";
import type { Mistake } from "../../../validate.ts";
import { allowedPrefixes, contains, overlap, parse } from "../../cloud/subnets.ts";
import type { AwsType, AwsTypes, Behaviour, LivingResource, NewResource } from "./entry.ts";
import { providerDocs } from "./rows.ts";

/** Ids of EC2 are a kind's prefix and 17 hexadecimal digits. */
function identified(prefix: string): (resource: NewResource) => string {
  return (resource) => `${prefix}-${resource.hex(17)}`;
}

function arnOf(kind: string, prefix: string): (resource: NewResource) => string {
  const id = identified(prefix);
  return (resource) => `arn:aws:ec2:${resource.region}:${resource.account}:${kind}/${id(resource)}`;
}

const owner = ({ account }: NewResource) => account;

/** Outputs that stay empty, since the platform uses no IPv6, carrier or regional network. */
function empty(...names: string[]): NonNullable<AwsType["computed"]> {
  return Object.fromEntries(names.map((name) => [name, () => ""]));
}

/** Those of a type that live in the VPC of a resource about to be made. An update does not meet itself. */
function inSameVpc(resource: NewResource, type: string): LivingResource[] {
  const { vpcId } = resource.inputs;
  if (vpcId === undefined || isUpdate(resource)) return [];
  return resource.living(type).filter(({ inputs }) => inputs.vpcId === vpcId);
}

function isUpdate({ previous }: NewResource): boolean {
  return Object.keys(previous).length > 0;
}

function mistake(path: string, value: unknown, allowed: string): Mistake {
  return { path, found: JSON.stringify(value) ?? "nothing", allowed };
}

const vpc: AwsType = {
  specification: "AWS::EC2::VPC",
  // From dedicated to default it would be an update.
  properties: {
    instanceTenancy: {
      change: "replace",
      source: "https://docs.aws.amazon.com/vpc/latest/userguide/change-tenancy-vpc.html",
    },
  },
  id: identified("vpc"),
  computed: {
    arn: arnOf("vpc", "vpc"),
    ownerId: owner,
    defaultNetworkAclId: identified("acl"),
    defaultRouteTableId: identified("rtb"),
    mainRouteTableId: identified("rtb"),
    defaultSecurityGroupId: identified("sg"),
    dhcpOptionsId: ({ account }) => `dopt-${account.slice(-8)}`,
    ...empty("ipv6AssociationId"),
  },
  refuse: ({ inputs: { cidrBlock } }) => badPrefix(cidrBlock),
};

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html and …/subnet-sizing.html */
function badPrefix(cidrBlock: unknown): Mistake[] {
  const { min, max } = allowedPrefixes;
  if (typeof cidrBlock !== "string") return [];
  const { prefix } = parse(cidrBlock);
  return prefix >= min && prefix <= max
    ? []
    : [mistake("cidrBlock", cidrBlock, `a prefix from /${min} to /${max}`)];
}

const subnet: AwsType = {
  specification: "AWS::EC2::Subnet",
  properties: { ipv6CidrBlock: { change: "update", source: `${providerDocs}/subnet` } },
  id: identified("subnet"),
  computed: { arn: arnOf("subnet", "subnet"), ownerId: owner, ...empty("ipv6CidrBlockAssociationId") },
  holds: ["vpcId"],
  refuse: (resource) => [
    ...badPrefix(resource.inputs.cidrBlock),
    ...outsideItsVpc(resource),
    ...overlapping(resource),
    ...elsewhere(resource),
  ],
};

/** What `CreateSubnet` answers with InvalidSubnet.Range. */
function outsideItsVpc({ inputs, find }: NewResource): Mistake[] {
  const whole = find("aws:ec2/vpc:Vpc", inputs.vpcId)?.inputs.cidrBlock;
  const { cidrBlock } = inputs;
  if (typeof whole !== "string" || typeof cidrBlock !== "string") return [];
  if (contains(parse(whole), parse(cidrBlock))) return [];
  return [mistake("cidrBlock", cidrBlock, `a range inside that of the VPC, ${whole}`)];
}

/** What `CreateSubnet` answers with InvalidSubnet.Conflict. */
function overlapping(resource: NewResource): Mistake[] {
  const { cidrBlock } = resource.inputs;
  if (typeof cidrBlock !== "string") return [];
  return inSameVpc(resource, "aws:ec2/subnet:Subnet")
    .filter(({ inputs }) => overlap(parse(String(inputs.cidrBlock)), parse(cidrBlock)))
    .map(({ id, inputs }) =>
      mistake("cidrBlock", cidrBlock, `a range that ${id} (${inputs.cidrBlock}) has no part of`),
    );
}

/** Local zones are named by their place, such as `us-east-1-bos-1a`. */
function elsewhere({ inputs: { availabilityZone }, region }: NewResource): Mistake[] {
  if (typeof availabilityZone !== "string") return [];
  const rest = availabilityZone.startsWith(region) ? availabilityZone.slice(region.length) : "";
  if (/^(-[a-z]+-\d)?[a-z]$/.test(rest)) return [];
  return [mistake("availabilityZone", availabilityZone, `an availability zone of ${region}`)];
}

const internetGateway: AwsType = {
  specification: "AWS::EC2::InternetGateway",
  // CloudFormation attaches it by a type of its own.
  properties: { vpcId: { change: "update", source: `${providerDocs}/internet_gateway` } },
  id: identified("igw"),
  computed: { arn: arnOf("internet-gateway", "igw"), ownerId: owner },
  holds: ["vpcId"],
  refuse: (resource) =>
    inSameVpc(resource, "aws:ec2/internetGateway:InternetGateway").map(({ id }) =>
      mistake("vpcId", resource.inputs.vpcId, `a VPC without an internet gateway; this one has ${id}`),
    ),
};

const publicIp = (resource: NewResource) => `52.${octets(resource, 3).join(".")}`;

/** Numbers from 0 to 255 out of the resource's digits. */
function octets(resource: NewResource, count: number): number[] {
  const digits = resource.hex(2 * count);
  return Array.from({ length: count }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

const eip: AwsType = {
  specification: "AWS::EC2::EIP",
  id: identified("eipalloc"),
  computed: {
    allocationId: identified("eipalloc"),
    arn: arnOf("elastic-ip", "eipalloc"),
    publicIp,
    publicDns: (resource) => `ec2-${publicIp(resource).replaceAll(".", "-")}.${dnsSuffix(resource.region)}`,
    networkBorderGroup: ({ region }) => region,
    ...empty("associationId", "carrierIp", "customerOwnedIp", "privateDns", "privateIp", "ptrRecord"),
  },
};

function dnsSuffix(region: string): string {
  return region === "us-east-1" ? "compute-1.amazonaws.com" : `${region}.compute.amazonaws.com`;
}

const natGateway: AwsType = {
  specification: "AWS::EC2::NatGateway",
  id: identified("nat"),
  computed: {
    networkInterfaceId: identified("eni"),
    associationId: identified("eipassoc"),
    publicIp: ({ inputs, find }) => find("aws:ec2/eip:Eip", inputs.allocationId)?.outputs.publicIp,
    privateIp,
    regionalNatGatewayAddresses: () => [],
    ...empty("autoProvisionZones", "autoScalingIps", "regionalNatGatewayAutoMode", "routeTableId"),
  },
  holds: ["subnetId", "allocationId"],
  refuse: (resource) => addressTaken(resource),
};

/** The first four addresses of a subnet are AWS's own. */
function privateIp(resource: NewResource): string | undefined {
  const cidr = resource.find("aws:ec2/subnet:Subnet", resource.inputs.subnetId)?.inputs.cidrBlock;
  if (typeof cidr !== "string") return undefined;
  const [address = ""] = cidr.split("/");
  const [number = 0] = octets(resource, 1);
  return address.replace(/\d+$/, (last) => `${Number(last) + 4 + (number % 8)}`);
}

/**
 * A NAT gateway with another's address is made and then fails with Resource.AlreadyAssociated. The one it
 * replaces does not count: in a preview it lives, though it may be deleted before.
 */
function addressTaken(resource: NewResource): Mistake[] {
  const { allocationId } = resource.inputs;
  if (allocationId === undefined || isUpdate(resource)) return [];
  return resource
    .living("aws:ec2/natGateway:NatGateway")
    .filter(({ inputs, urn }) => inputs.allocationId === allocationId && !urn.endsWith(`::${resource.name}`))
    .map(({ id }) => mistake("allocationId", allocationId, `an address that ${id} does not have`));
}

const routeTable: AwsType = {
  specification: "AWS::EC2::RouteTable",
  id: identified("rtb"),
  computed: { arn: arnOf("route-table", "rtb"), ownerId: owner, routes: () => [], propagatingVgws: () => [] },
  holds: ["vpcId"],
};

const route: AwsType = {
  specification: "AWS::EC2::Route",
  // The provider's own id: the table and a checksum of the destination.
  id: ({ inputs }) => `r-${inputs.routeTableId}${crc32(String(inputs.destinationCidrBlock))}`,
  computed: {
    origin: () => "CreateRoute",
    state: () => "active",
    ...empty("instanceId", "instanceOwnerId"),
  },
};

const routeTableAssociation: AwsType = {
  specification: "AWS::EC2::SubnetRouteTableAssociation",
  // The provider calls ReplaceRouteTableAssociation, and takes a gateway in the subnet's place.
  properties: { routeTableId: { change: "update", source: `${providerDocs}/route_table_association` } },
  optional: { subnetId: `${providerDocs}/route_table_association` },
  id: identified("rtbassoc"),
  holds: ["routeTableId"],
  refuse: (resource) => alreadyAssociated(resource),
};

/** What `AssociateRouteTable` answers with Resource.AlreadyAssociated. */
function alreadyAssociated(resource: NewResource): Mistake[] {
  const { subnetId } = resource.inputs;
  if (subnetId === undefined || isUpdate(resource)) return [];
  return resource
    .living("aws:ec2/routeTableAssociation:RouteTableAssociation")
    .filter(({ inputs }) => inputs.subnetId === subnetId)
    .map(({ inputs }) =>
      mistake("subnetId", subnetId, `a subnet without a route table; this one has ${inputs.routeTableId}`),
    );
}

const vpcEndpoint: AwsType = {
  specification: "AWS::EC2::VPCEndpoint",
  properties: { policy: "PolicyDocument" },
  id: identified("vpce"),
  computed: {
    arn: arnOf("vpc-endpoint", "vpce"),
    ownerId: owner,
    state: () => "available",
    requesterManaged: () => false,
    ipAddressType: () => "ipv4",
    dnsEntries: endpointNames,
    cidrBlocks: () => [],
    networkInterfaceIds: ({ inputs, hex }) =>
      Array.isArray(inputs.subnetIds) ? inputs.subnetIds.map((_, index) => `eni-${hex(16)}${index}`) : [],
    prefixListId: ({ inputs, hex }) => (isInterface(inputs) ? undefined : `pl-${hex(8)}`),
  },
  holds: ["vpcId", "subnetIds", "securityGroupIds"],
  refuse: (resource) => [...serviceElsewhere(resource), ...nameTaken(resource)],
};

function isInterface({ vpcEndpointType }: NewResource["inputs"]): boolean {
  return vpcEndpointType === "Interface";
}

function endpointNames(resource: NewResource): object[] {
  const { inputs, region, hex } = resource;
  if (!isInterface(inputs)) return [];
  const service = String(inputs.serviceName).split(`.${region}.`).at(-1);
  return [{ dnsName: `vpce-${hex(17)}-${hex(8)}.${service}.${region}.vpce.amazonaws.com` }];
}

/** What `CreateVpcEndpoint` answers with InvalidServiceName. */
function serviceElsewhere({ inputs: { serviceName }, region }: NewResource): Mistake[] {
  if (typeof serviceName !== "string" || serviceName.startsWith(`com.amazonaws.${region}.`)) return [];
  return [mistake("serviceName", serviceName, `a service of ${region}`)];
}

/** A VPC resolves a service's name to one endpoint: "conflicting DNS domain". */
function nameTaken(resource: NewResource): Mistake[] {
  const { serviceName, privateDnsEnabled } = resource.inputs;
  if (!privateDnsEnabled) return [];
  return inSameVpc(resource, "aws:ec2/vpcEndpoint:VpcEndpoint")
    .filter(({ inputs }) => inputs.serviceName === serviceName && inputs.privateDnsEnabled)
    .map(({ id }) => mistake("privateDnsEnabled", true, `false, as ${id} has the name of ${serviceName}`));
}

const flowLog: AwsType = {
  specification: "AWS::EC2::FlowLog",
  properties: { vpcId: "ResourceId", iamRoleArn: "DeliverLogsPermissionArn" },
  // The provider has a property for each kind of resource.
  optional: { vpcId: `${providerDocs}/flow_log`, resourceType: `${providerDocs}/flow_log` },
  id: identified("fl"),
  computed: {
    arn: arnOf("vpc-flow-log", "fl"),
    logFormat: () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS writes its fields in this way
      "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
  },
};

const securityGroup: AwsType = {
  specification: "AWS::EC2::SecurityGroup",
  properties: { name: "GroupName", description: "GroupDescription" },
  optional: { description: `${providerDocs}/security_group` },
  physicalName: {
    property: "name",
    limit: 255,
    pattern: /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]+$/,
    unique: "region",
    automatic: true,
  },
  id: identified("sg"),
  computed: {
    arn: arnOf("security-group", "sg"),
    ownerId: owner,
    ingress: () => [],
    egress: () => [],
  },
  holds: ["vpcId"],
  refuse: ({ inputs }) => strangeDescription(inputs.description),
};

/** Source: Amazon EC2 API Reference, CreateSecurityGroup. */
function strangeDescription(description: unknown): Mistake[] {
  if (description === undefined || /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(String(description))) return [];
  return [
    mistake("description", description, "at most 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"),
  ];
}

const emptied: Behaviour = { change: "update", source: `${providerDocs}/default_security_group` };

/** The provider takes over the group that the VPC came with, and on deletion leaves it as it is. */
const defaultSecurityGroup: AwsType = {
  properties: { vpcId: { ...emptied, change: "replace" }, ingress: emptied, egress: emptied },
  taggable: { value: true, source: emptied.source },
  id: defaultGroupId,
  computed: {
    arn: (resource) =>
      `arn:aws:ec2:${resource.region}:${resource.account}:security-group/${defaultGroupId(resource)}`,
    name: () => "default",
    description: () => "default VPC security group",
    ownerId: owner,
    ...empty("namePrefix"),
  },
};

function defaultGroupId(resource: NewResource): string {
  const home = resource.find("aws:ec2/vpc:Vpc", resource.inputs.vpcId);
  return String(home?.outputs.defaultSecurityGroupId ?? identified("sg")(resource));
}

const modified: Behaviour = {
  change: "update",
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html",
};

/** Where traffic of a rule comes from or goes to. */
const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

function securityGroupRule(direction: "Ingress" | "Egress"): AwsType {
  const type = `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`;
  return {
    specification: `AWS::EC2::SecurityGroup${direction}`,
    // CloudFormation makes rules anew where the provider calls ModifySecurityGroupRules.
    properties: {
      securityGroupId: "GroupId",
      ...Object.fromEntries([...peers, "ipProtocol", "fromPort", "toPort"].map((name) => [name, modified])),
    },
    required: ["securityGroupId"],
    taggable: { value: true, source: `${providerDocs}/vpc_security_group_${direction.toLowerCase()}_rule` },
    id: identified("sgr"),
    computed: {
      arn: arnOf("security-group-rule", "sgr"),
      securityGroupRuleId: identified("sgr"),
    },
    // The rules of a group go with it; those of others that name it do not.
    holds: ["referencedSecurityGroupId"],
    refuse: (resource) => [...manyPeers(resource), ...sameRule(resource, type)],
  };
}

function manyPeers({ inputs }: NewResource): Mistake[] {
  const given = peers.filter((peer) => inputs[peer] !== undefined);
  return given.length <= 1 ? [] : [mistake(given.join(", "), given.length, "one of them")];
}

/** What AWS answers with InvalidPermission.Duplicate. */
function sameRule(resource: NewResource, type: string): Mistake[] {
  const { inputs } = resource;
  const identity = [...peers, "securityGroupId", "ipProtocol", "fromPort", "toPort"];
  const isComplete = inputs.securityGroupId !== undefined && peers.some((peer) => inputs[peer] !== undefined);
  if (isUpdate(resource) || !isComplete) return [];
  return resource
    .living(type)
    .filter((other) => identity.every((property) => other.inputs[property] === inputs[property]))
    .map(({ id }) => mistake("securityGroupId", inputs.securityGroupId, `a rule that is not there as ${id}`));
}

export const ec2: AwsTypes = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:ec2/flowLog:FlowLog": flowLog,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule("Ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule("Egress"),
};
