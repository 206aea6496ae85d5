/** The subnet calculator: what range of a VPC each subnet has, as a function of its zone and nothing else. */
import { isIPv4 } from "node:net";
import type { Mistake } from "../../validate.ts";

/** A range of IPv4 addresses. */
export interface Range {
  /** Its lowest address, as a number. */
  readonly first: number;
  /** Leading bits that all its addresses share. */
  readonly prefix: number;
}

/** Ranges of a zone's subnets, in CIDR notation. */
export interface ZoneSubnets {
  /** Load balancers and NAT gateways. */
  readonly public: string;
  /** Nodes and pods; the VPC CNI gives every pod an address of it. */
  readonly private: string;
  /** Data stores. */
  readonly data: string;
}

export type SubnetRole = keyof ZoneSubnets;

/**
 * A VPC's range is cut into eighths. Six are private subnets, one a zone; the seventh is shared by the public
 * subnets and the eighth by the data subnets. A /16 has private subnets of 8,192 addresses, public ones of
 * 1,024 and data ones of 512. Part of the last two eighths stays free.
 */
const layout: Readonly<Record<SubnetRole, { readonly eighth: number; readonly bits: number }>> = {
  private: { eighth: 0, bits: 3 },
  public: { eighth: 6, bits: 6 },
  data: { eighth: 7, bits: 7 },
};

/** Letters that zones end in. No region has others (us-east-1 has all six). */
const zoneLetters = "abcdef";

/** Prefixes of VPCs and of subnets. Source: Amazon VPC User Guide, "VPC CIDR blocks" and "Subnet CIDR blocks". */
export const allowedPrefixes = { min: 16, max: 28 };

/** The smallest VPC whose data subnets are still large enough for AWS. */
const longestPrefix = allowedPrefixes.max - layout.data.bits;

/** Source: RFC 1918. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parse);

/**
 * The ranges of a zone depend on the VPC's range and the zone's letter alone: neither another order of zones
 * nor one more or less moves them. A subnet cannot change its range, so a moved one would be a new one.
 *
 * @param cidr the VPC's range
 * @param zone such as `us-east-1a`
 * @throws Error when `cidrMistakes` or `zoneMistakes` finds something wrong
 */
export function subnetsOf(cidr: string, zone: string): ZoneSubnets {
  const wrong = [...cidrMistakes("cidr", cidr), ...zoneMistakes([zone])].at(0);
  if (wrong) throw new Error(`${wrong.path}: found ${wrong.found}, allowed: ${wrong.allowed}`);
  const vpc = parse(cidr);
  const slot = zoneLetters.indexOf(zone.slice(-1));
  const range = (role: SubnetRole): string => {
    const { eighth, bits } = layout[role];
    const prefix = vpc.prefix + bits;
    return format({ first: vpc.first + (eighth * size(vpc)) / 8 + slot * size({ prefix }), prefix });
  };
  return { public: range("public"), private: range("private"), data: range("data") };
}

/** @returns what makes a range unfit to be cut into subnets */
export function cidrMistakes(path: string, cidr: string): Mistake[] {
  const mistake = (allowed: string): Mistake[] => [{ path, found: JSON.stringify(cidr), allowed }];
  const range = tryParse(cidr);
  if (!range) return mistake("an IPv4 range such as 10.20.0.0/16");
  if (range.first % size(range) !== 0) {
    return mistake(`a range's first address; that of this range is ${format(aligned(range))}`);
  }
  if (!privateRanges.some((whole) => contains(whole, range))) {
    return mistake("a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16");
  }
  if (range.prefix >= allowedPrefixes.min && range.prefix <= longestPrefix) return [];
  return mistake(`a prefix from /${allowedPrefixes.min} to /${longestPrefix}`);
}

/** @returns zones that have no range kept for them, or are named twice */
export function zoneMistakes(zones: readonly string[]): Mistake[] {
  return zones.flatMap((zone, index): Mistake[] => {
    const path = `zones.${index}`;
    const found = JSON.stringify(zone);
    if (zones.indexOf(zone) !== index) return [{ path, found, allowed: "a zone that is not named before" }];
    if (/^[a-z]{2}(-[a-z]+)+-\d[a-f]$/.test(zone)) return [];
    return [
      { path, found, allowed: `an availability zone that ends in one of ${[...zoneLetters].join(", ")}` },
    ];
  });
}

/** @throws Error when it is no IPv4 range in CIDR notation */
export function parse(cidr: string): Range {
  const range = tryParse(cidr);
  if (!range) throw new Error(`${JSON.stringify(cidr)} is not an IPv4 range such as 10.20.0.0/16.`);
  return range;
}

function tryParse(cidr: string): Range | undefined {
  const [address = "", bits = "", ...more] = cidr.split("/");
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32 || more.length > 0) return undefined;
  // Not shifted: bit operations have a sign, and addresses above 127.255.255.255 would be negative.
  const first = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first, prefix: Number(bits) };
}

function format({ first, prefix }: Range): string {
  const octets = [3, 2, 1, 0].map((place) => Math.floor(first / 256 ** place) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** Addresses of a range. */
function size({ prefix }: Pick<Range, "prefix">): number {
  return 2 ** (32 - prefix);
}

function aligned(range: Range): Range {
  return { ...range, first: range.first - (range.first % size(range)) };
}

/** Whether `whole` has every address of `part`. */
export function contains(whole: Range, part: Range): boolean {
  return part.first >= whole.first && part.first + size(part) <= whole.first + size(whole);
}

/** Whether an address is in both ranges. */
export function overlap(one: Range, other: Range): boolean {
  return one.first < other.first + size(other) && other.first < one.first + size(one);
}
