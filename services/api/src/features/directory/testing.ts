/** A row of the directory as the database gives it, for tests. */
export function businessRow(id: number) {
  return {
    id: String(id),
    name: `Harbor Bakery ${id}`,
    category: "bakery",
    category_name: "Bakery",
    street: `${id} Main Street`,
    city: "Anchorage",
    state: "AK",
    zip: "99501",
    latitude: 61.2176,
    longitude: "-149.8997",
    rating: "4.5",
    review_count: 128,
  };
}
