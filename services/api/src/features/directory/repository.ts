/** Where businesses come from. */
import type { Database } from "../../database/database.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { Business, BusinessFilter, BusinessPage } from "./schema.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly category_name: string;
  readonly street: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly latitude: string | number;
  readonly longitude: string | number;
  readonly rating: string;
  readonly review_count: number;
}

const selection = `
  SELECT b.id, b.name, b.category, c.name AS category_name, b.street, b.city, b.state, b.zip,
         b.latitude, b.longitude, b.rating, b.review_count
  FROM business b JOIN category c ON c.slug = b.category`;

/** The condition of each filter; its value takes the place of `?`. */
const conditions = {
  category: "b.category = ?",
  state: "b.state = ?",
  city: "b.city = ?",
  zip: "b.zip = ?",
  minimumRating: "b.rating >= ?",
  after: "b.id > ?",
} as const;

/** Finds a business by its id. */
export async function findBusiness(database: Database, id: number): Promise<Business | undefined> {
  const [row] = await database.read<Row>({
    name: "business",
    text: `${selection} WHERE b.id = $1`,
    values: [id],
  });
  return row && toBusiness(row);
}

/** Lists the businesses that pass every filter, a page at a time, by id. */
export async function listBusinesses(database: Database, filter: BusinessFilter): Promise<BusinessPage> {
  const { limit, cursor, ...filters } = filter;
  const given = { ...filters, after: cursor === undefined ? undefined : decodeCursor(cursor) };
  const names = (Object.keys(conditions) as (keyof typeof conditions)[]).filter(
    (name) => given[name] !== undefined,
  );
  const where = names.map((name, index) => conditions[name].replace("?", `$${index + 1}`));
  // One more than asked tells whether there is a next page.
  const rows = await database.read<Row>({
    name: ["businesses", ...names].join(" "),
    text: `${selection} ${where.length > 0 ? `WHERE ${where.join(" AND ")}` : ""}
      ORDER BY b.id LIMIT $${names.length + 1}`,
    values: [...names.map((name) => given[name]), limit + 1],
  });
  const items = rows.slice(0, limit).map(toBusiness);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(last.id) : null };
}

function toBusiness(row: Row): Business {
  return {
    id: Number(row.id),
    name: row.name,
    category: { slug: row.category, name: row.category_name },
    location: {
      street: row.street,
      city: row.city,
      state: row.state,
      zip: row.zip,
      latitude: Number(row.latitude),
      longitude: Number(row.longitude),
    },
    rating: Number(row.rating),
    reviewCount: row.review_count,
  };
}
