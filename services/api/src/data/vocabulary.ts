/** The words that generated businesses and reviews are made of: none names a brand or a person. */

/** A kind of business. */
export interface CategoryWords {
  readonly slug: string;
  readonly name: string;
  /** How many of 1,000 businesses are of this kind. */
  readonly share: number;
  /** What such a business calls itself, after a leading word. */
  readonly nouns: readonly string[];
}

/** Shares add up to 1,000. */
export const categories: readonly CategoryWords[] = [
  {
    slug: "restaurant",
    name: "Restaurant",
    share: 170,
    nouns: ["Kitchen", "Grill", "Table", "Bistro", "Diner"],
  },
  {
    slug: "health-clinic",
    name: "Health clinic",
    share: 95,
    nouns: ["Family Clinic", "Health Center", "Medical Group"],
  },
  { slug: "beauty-salon", name: "Beauty salon", share: 85, nouns: ["Salon", "Hair Studio", "Beauty Bar"] },
  {
    slug: "auto-repair",
    name: "Auto repair",
    share: 80,
    nouns: ["Auto Repair", "Garage", "Tire and Brake", "Motor Works"],
  },
  { slug: "grocery", name: "Grocery", share: 65, nouns: ["Market", "Grocery", "Foods", "Corner Store"] },
  { slug: "cafe", name: "Café", share: 60, nouns: ["Coffee House", "Café", "Roasters", "Tea Room"] },
  {
    slug: "dentist",
    name: "Dentist",
    share: 50,
    nouns: ["Dental Care", "Family Dentistry", "Dental Studio"],
  },
  {
    slug: "plumber",
    name: "Plumber",
    share: 45,
    nouns: ["Plumbing", "Plumbing and Heating", "Drain Service"],
  },
  {
    slug: "electrician",
    name: "Electrician",
    share: 40,
    nouns: ["Electric", "Electrical Services", "Wiring"],
  },
  { slug: "gym", name: "Gym", share: 38, nouns: ["Fitness", "Gym", "Strength Club", "Athletic Center"] },
  { slug: "bakery", name: "Bakery", share: 36, nouns: ["Bakery", "Bread House", "Cakes", "Oven"] },
  { slug: "pharmacy", name: "Pharmacy", share: 34, nouns: ["Pharmacy", "Drug Store"] },
  { slug: "veterinarian", name: "Veterinarian", share: 30, nouns: ["Animal Hospital", "Pet Clinic"] },
  { slug: "hotel", name: "Hotel", share: 28, nouns: ["Inn", "Hotel", "Lodge", "Guest House"] },
  { slug: "law-office", name: "Law office", share: 26, nouns: ["Law Office", "Legal Group"] },
  { slug: "accountant", name: "Accountant", share: 22, nouns: ["Tax Service", "Accounting", "Bookkeeping"] },
  { slug: "hardware-store", name: "Hardware store", share: 20, nouns: ["Hardware", "Tool and Supply"] },
  { slug: "florist", name: "Florist", share: 16, nouns: ["Flowers", "Florist", "Garden Shop"] },
  { slug: "dry-cleaner", name: "Dry cleaner", share: 15, nouns: ["Cleaners", "Laundry"] },
  { slug: "bookstore", name: "Bookstore", share: 13, nouns: ["Books", "Book Nook", "Reading Room"] },
  { slug: "bicycle-shop", name: "Bicycle shop", share: 12, nouns: ["Cycles", "Bike Shop", "Bike Works"] },
  { slug: "music-school", name: "Music school", share: 9, nouns: ["School of Music", "Music Studio"] },
  { slug: "optician", name: "Optician", share: 7, nouns: ["Optical", "Eye Care", "Vision Center"] },
  { slug: "locksmith", name: "Locksmith", share: 4, nouns: ["Lock and Key", "Locksmith"] },
];

/** What a business may be named after, besides its city. */
export const landmarks: readonly string[] = (
  "Harbor, Maple, Cedar, River, Hilltop, Prairie, Lakeside, Orchard, Granite, Meadow, Canyon, " +
  "Juniper, Bridge, Mill, Station, Courthouse, Sycamore, Old Town, North Side, South Side, " +
  "Crossroads, Valley, Willow, Stone, Spring, Copper, Birch, Garden"
).split(", ");

export const streets: readonly string[] = (
  "Main, Oak, Park, Cedar, Elm, Church, Lake, Hill, Walnut, Mill, River, Pine, Spring, Ridge, " +
  "Center, Maple, Railroad, Sunset, Chestnut, Meadow, Forest, Market"
).split(", ");

export const streetKinds: readonly string[] = ["Street", "Avenue", "Road", "Drive", "Lane", "Boulevard"];

/** What a review says, by its number of stars. */
export const opinions: Readonly<Record<number, readonly string[]>> = {
  1: ["Would not come back.", "A waste of time.", "Very disappointed."],
  2: ["Below what I hoped for.", "Not good enough.", "They can do better."],
  3: ["It was fine.", "Neither good nor bad.", "Does the job."],
  4: ["Good all round.", "Happy with it.", "Would come again."],
  5: ["Could not be happier.", "Best in town.", "Excellent from start to end."],
};

/** What a review adds to its opinion. */
export const remarks: readonly string[] = [
  "Prices are about what you would expect.",
  "We waited twenty minutes.",
  "Parking is easy in the morning.",
  "The staff knew what they were doing.",
  "Came here on the advice of a neighbor.",
  "This was my second visit.",
  "They answered all my questions.",
  "Busy on weekends, quiet otherwise.",
];
