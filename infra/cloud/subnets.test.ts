import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cidrMistakes, contains, overlap, parse, subnetsOf, zoneMistakes } from "./subnets.ts";

const zones = [..."abcdef"].map((letter) => `us-east-1${letter}`);

/** Ranges that a VPC may have: aligned, private, /16 to /21. */
const vpc = fc
  .record({ prefix: fc.integer({ min: 16, max: 21 }), second: fc.nat(255), rest: fc.nat(0xffff) })
  .map(({ prefix, second, rest }) => {
    const host = rest - (rest % 2 ** (32 - prefix));
    return `10.${second}.${host >> 8}.${host & 255}/${prefix}`;
  });

/** Node's own arithmetic, so that ours is not checked by itself. */
function holds(cidr: string, address: string): boolean {
  const [network = "", prefix] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(prefix));
  return list.check(address);
}

function ends(cidr: string): [first: string, last: string] {
  const [address = "", prefix] = cidr.split("/");
  const octets = address.split(".").map(Number);
  const value = octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const last = value + 2n ** (32n - BigInt(prefix ?? 0)) - 1n;
  return [address, [24n, 16n, 8n, 0n].map((bits) => (last >> bits) & 255n).join(".")];
}

const all = (cidr: string, names = zones) => names.flatMap((zone) => Object.values(subnetsOf(cidr, zone)));

describe("the subnets of a VPC", () => {
  it("are large for pods, smaller for load balancers and data stores", () => {
    expect(zones.slice(0, 3).map((zone) => subnetsOf("10.20.0.0/16", zone))).toEqual([
      { private: "10.20.0.0/19", public: "10.20.192.0/22", data: "10.20.224.0/23" },
      { private: "10.20.32.0/19", public: "10.20.196.0/22", data: "10.20.226.0/23" },
      { private: "10.20.64.0/19", public: "10.20.200.0/22", data: "10.20.228.0/23" },
    ]);
  });

  it("shrink with the VPC, down to AWS's smallest", () => {
    expect(subnetsOf("172.31.8.0/21", "eu-west-1c")).toEqual({
      private: "172.31.10.0/24",
      public: "172.31.14.64/27",
      data: "172.31.15.32/28",
    });
  });

  it("never overlap, lie inside the VPC and have a size that AWS takes", () => {
    fc.assert(
      fc.property(vpc, (cidr) => {
        const subnets = all(cidr);
        expect(subnets).toHaveLength(18);
        for (const subnet of subnets) {
          expect(ends(subnet).every((address) => holds(cidr, address))).toBe(true);
          expect(Number(subnet.split("/")[1])).toBeLessThanOrEqual(28);
          expect(subnets.filter((other) => ends(subnet).some((address) => holds(other, address)))).toEqual([
            subnet,
          ]);
        }
      }),
    );
  });

  it("stay where they are when zones come, go or change their order", () => {
    fc.assert(
      fc.property(vpc, fc.shuffledSubarray(zones), (cidr, chosen) => {
        const alone = Object.fromEntries(zones.map((zone) => [zone, subnetsOf(cidr, zone)]));
        for (const zone of chosen) expect(subnetsOf(cidr, zone)).toEqual(alone[zone]);
        expect(new Set(all(cidr, chosen)).size).toBe(chosen.length * 3);
      }),
    );
  });

  it("are refused where the arguments are wrong", () => {
    expect(() => subnetsOf("10.0.0.0/24", "us-east-1a")).toThrow("allowed: a prefix from /16 to /21");
    expect(() => subnetsOf("10.0.0.0/16", "us-east-1g")).toThrow("ends in one of a, b, c, d, e, f");
  });
});

describe("a VPC's range", () => {
  it.each([
    ["10.0.0.0", "an IPv4 range such as 10.20.0.0/16"],
    ["10.0.0.0/33", "an IPv4 range such as 10.20.0.0/16"],
    ["10.0.0.0/16/8", "an IPv4 range such as 10.20.0.0/16"],
    ["10.0.0.256/16", "an IPv4 range such as 10.20.0.0/16"],
    ["010.0.0.0/16", "an IPv4 range such as 10.20.0.0/16"],
    ["fd00::/16", "an IPv4 range such as 10.20.0.0/16"],
    ["10.20.1.0/16", "a range's first address; that of this range is 10.20.0.0/16"],
    ["8.8.0.0/16", "a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"],
    ["172.32.0.0/16", "a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"],
    ["10.0.0.0/15", "a prefix from /16 to /21"],
    ["10.0.0.0/22", "a prefix from /16 to /21"],
  ])("is refused: %s", (cidr, allowed) => {
    expect(cidrMistakes("cidr", cidr)).toEqual([{ path: "cidr", found: JSON.stringify(cidr), allowed }]);
  });

  it("is taken when it is private, aligned and large enough", () => {
    fc.assert(fc.property(vpc, (cidr) => cidrMistakes("cidr", cidr).length === 0));
    expect(cidrMistakes("cidr", "192.168.0.0/16")).toEqual([]);
  });
});

describe("zones", () => {
  it("are refused when named twice, local or without their letter", () => {
    const named = ["us-east-1a", "us-east-1a", "us-east-1-bos-1a", "us-east-1"];
    expect(zoneMistakes(named).map(({ path }) => path)).toEqual(["zones.1", "zones.2", "zones.3"]);
  });
});

describe("ranges", () => {
  it("overlap when one contains an end of the other", () => {
    const range = fc
      .record({ prefix: fc.integer({ min: 8, max: 30 }), host: fc.nat(0xffff) })
      .map(({ prefix, host }) => ({ first: 10 * 2 ** 24 + host - (host % 2 ** (32 - prefix)), prefix }));
    fc.assert(
      fc.property(range, range, (one, other) => {
        expect(overlap(one, other)).toBe(contains(one, other) || contains(other, one));
      }),
    );
    expect(overlap(parse("10.0.0.0/24"), parse("10.0.1.0/24"))).toBe(false);
    expect(overlap(parse("10.0.0.0/23"), parse("10.0.1.0/24"))).toBe(true);
    expect(contains(parse("10.0.1.0/24"), parse("10.0.0.0/23"))).toBe(false);
    expect(() => parse("10.0.0.0")).toThrow("is not an IPv4 range");
  });
});
