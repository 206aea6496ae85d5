import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type Entry, generateDirectory } from "./generator.ts";
import { readZipLocalities } from "./reference.ts";
import { categories } from "./vocabulary.ts";

test("the same seed gives the same rows on every machine", () => {
  expect(digest(generateDirectory(1000, 1))).toBe(
    "c3a4cb7592ede18147b3b6f07206305dccaa7f1d2c3d4ec29b26606973f832db",
  );
});

test("another seed gives other rows", () => {
  expect(digest(generateDirectory(200, 2))).not.toBe(digest(generateDirectory(200, 1)));
});

test("a longer directory begins with the shorter one", () => {
  expect([...generateDirectory(300, 1)].slice(0, 200)).toEqual([...generateDirectory(200, 1)]);
});

test("the shares of categories add up", () => {
  expect(categories.reduce((sum, { share }) => sum + share, 0)).toBe(1000);
});

describe("a directory of 20,000 businesses", () => {
  let entries: Entry[];
  beforeAll(() => {
    entries = [...generateDirectory(20_000, 1)];
  });

  test("numbers businesses and reviews from 1", () => {
    expect(entries.map(({ business }) => business.id)).toEqual(entries.map((_, index) => index + 1));
    const reviews = entries.flatMap(({ reviews }) => reviews);
    expect(reviews.map(({ id }) => id)).toEqual(reviews.map((_, index) => index + 1));
  });

  test("states of each business what its reviews say", () => {
    for (const { business, reviews } of entries) {
      const stars = reviews.reduce((sum, { rating }) => sum + rating, 0);
      expect(business.review_count).toBe(reviews.length);
      expect(Math.abs(business.rating - stars / Math.max(1, reviews.length))).toBeLessThanOrEqual(0.0501);
      expect(reviews.every(({ business_id }) => business_id === business.id)).toBe(true);
      if (reviews.length > 0) expect(business.updated_at).toEqual(reviews.at(-1)?.created_at);
    }
  });

  test("stands in real places of the 50 states and the District of Columbia", () => {
    const known = new Set(readZipLocalities().map(({ zip }) => zip));
    expect(entries.filter(({ business }) => !known.has(business.zip) || business.city === "")).toEqual([]);
    expect(new Set(entries.map(({ business }) => business.state)).size).toBe(51);
  });

  test("has large cities and small ones, common categories and rare ones", () => {
    const cities = tally(entries, ({ business }) => `${business.city} ${business.state}`);
    expect(cities[0]).toBeGreaterThan(50);
    expect(cities[Math.floor(cities.length / 2)]).toBeLessThanOrEqual(2);
    const kinds = tally(entries, ({ business }) => business.category);
    expect(kinds).toHaveLength(categories.length);
    expect(kinds[0]).toBeGreaterThan(20 * (kinds.at(-1) ?? 0));
  });

  test("has about three reviews a business: most have few, few have very many", () => {
    const counts = entries.map(({ reviews }) => reviews.length).sort((a, b) => a - b);
    const mean = counts.reduce((sum, count) => sum + count) / counts.length;
    expect(mean).toBeGreaterThan(2.4);
    expect(mean).toBeLessThan(3.6);
    expect(counts[counts.length / 2]).toBeLessThanOrEqual(2);
    expect(counts.at(-1)).toBeGreaterThan(500);
  });

  test("has ratings around four stars", () => {
    const ratings = entries.flatMap(({ reviews }) => reviews.map(({ rating }) => rating));
    const mean = ratings.reduce((sum, rating) => sum + rating) / ratings.length;
    expect(mean).toBeGreaterThan(3.7);
    expect(mean).toBeLessThan(4.3);
  });
});

/** How often each key occurs, the most frequent first. */
function tally(entries: readonly Entry[], key: (entry: Entry) => string): number[] {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}

function digest(entries: Iterable<Entry>): string {
  return createHash("sha256")
    .update(JSON.stringify([...entries]))
    .digest("hex");
}
