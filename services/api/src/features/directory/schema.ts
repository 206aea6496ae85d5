/** What the directory is asked and answers. */
import { type Static, Type } from "typebox";
import { decodeCursor } from "./cursor.ts";

const zip = { pattern: "^\\d{5}$", title: "five digits" };

const example = {
  id: 42,
  name: "Harbor Bakery",
  category: { slug: "bakery", name: "Bakery" },
  location: {
    street: "7 Main Street",
    city: "Anchorage",
    state: "AK",
    zip: "99501",
    latitude: 61.2176,
    longitude: -149.8997,
  },
  rating: 4.5,
  reviewCount: 128,
};

export const Business = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    category: Type.Object({ slug: Type.String(), name: Type.String() }),
    location: Type.Object({
      street: Type.String(),
      city: Type.String(),
      state: Type.String(),
      zip: Type.String(),
      latitude: Type.Number({ description: "Degrees north" }),
      longitude: Type.Number({ description: "Degrees east" }),
    }),
    rating: Type.Number({ description: "The mean of its reviews, from 0 to 5" }),
    reviewCount: Type.Integer(),
  },
  { description: "A business", examples: [example] },
);
export type Business = Static<typeof Business>;

export const BusinessPage = Type.Object(
  {
    items: Type.Array(Business),
    nextCursor: Type.Union([Type.String(), Type.Null()], { description: "Null on the last page" }),
  },
  { description: "A page of businesses, by id", examples: [{ items: [example], nextCursor: "NDI" }] },
);
export type BusinessPage = Static<typeof BusinessPage>;

export const BusinessPath = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [42] }),
});

export const BusinessFilter = Type.Object({
  category: Type.Optional(
    Type.String({ pattern: "^[a-z0-9-]{1,64}$", title: "the slug of a category", examples: ["bakery"] }),
  ),
  state: Type.Optional(
    Type.String({ pattern: "^[A-Z]{2}$", title: "two capital letters", examples: ["AK"] }),
  ),
  city: Type.Optional(Type.String({ minLength: 1, maxLength: 100, examples: ["Anchorage"] })),
  zip: Type.Optional(Type.String({ ...zip, examples: ["99501"] })),
  minimumRating: Type.Optional(Type.Number({ minimum: 0, maximum: 5, examples: [4] })),
  limit: Type.Integer({ default: 20, minimum: 1, maximum: 100, description: "Items on a page" }),
  cursor: Type.Refine(
    Type.Optional(Type.String({ title: "the nextCursor of an earlier answer", examples: ["NDI"] })),
    (cursor) => decodeCursor(cursor) !== undefined,
  ),
});
export type BusinessFilter = Static<typeof BusinessFilter>;
