/** Settings that make a stack another one: each is rehearsed from nothing to nothing. */
import { expect, test } from "vitest";
import { edited, rehearse, succeeded } from "../stack-life.ts";

const ownKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const subnets = (tier: string) => ["a", "b", "c"].map((zone) => `subnet-000000${tier}${zone}`);

const variants = {
  "a VPC that is there already": {
    network: {
      existing: {
        vpcId: "vpc-0a1b2c3d",
        publicSubnetIds: subnets("1"),
        privateSubnetIds: subnets("2"),
        dataSubnetIds: subnets("3"),
      },
    },
  },
  "keys of one's own": {
    keys: Object.fromEntries(
      ["database", "cache", "secrets", "logs", "cluster", "disks", "notifications"].map((purpose) => [
        purpose,
        ownKey,
      ]),
    ),
  },
  "Redis in place of Valkey": { redis: { engine: "redis", engineVersion: "7.1" } },
  "a serverless database": { database: { serverless: { minCapacity: 0.5, maxCapacity: 16 } } },
  "a global database": { database: { isGlobal: true, instanceClass: "db.r7g.large" } },
  "a public API server for some, with people in it": {
    kubernetes: {
      publicAccessCidrs: ["203.0.113.0/24"],
      administrators: ["arn:aws:iam::111122223333:role/people/Administrator"],
    },
  },
  "another region, subscribers": { region: "ap-southeast-2", subscribers: ["on-call@example.com"] },
};

test.each(Object.entries(variants))("%s", async (_name, edit) => {
  const { rehearsal, config } = await rehearse("dev");
  try {
    rehearsal.configure(edited(config, edit));
    succeeded(await rehearsal.up());
    const { changes } = succeeded(await rehearsal.preview());
    expect(Object.keys(changes)).toEqual(["same"]);
    expect(Object.keys(succeeded(await rehearsal.destroy()).changes)).toEqual(["delete"]);
  } finally {
    await rehearsal.close();
  }
});
