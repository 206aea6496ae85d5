/**
 * Every promise the platform makes, stated once: its value, its unit and its source.
 *
 * What depends on a figure imports it from here: cache lifetimes, histogram buckets, scaling targets,
 * alert thresholds and load-test budgets. A source names the rows of the requirements (O1, S2, …);
 * "ours" marks a figure that no requirement gives.
 */

/** Units a figure can have. Sizes are decimal (1 MB = 10⁶ bytes); rates are requests a second. */
export type Unit =
  | "ms"
  | "s"
  | "rps"
  | "MB"
  | "GB"
  | "cpu"
  | "percent"
  | "connections"
  | "instances"
  | "times"
  | "s/MB";

/** One promised figure. */
export interface Figure<U extends Unit = Unit> {
  readonly value: number;
  readonly unit: U;
  /** The rows of the requirements that ask for it, or "ours". */
  readonly source: string;
}

function figure<U extends Unit>(value: number, unit: U, source: string): Figure<U> {
  return { value, unit, source };
}

/** Upper bounds of response time, by what is asked for. */
export const latency = {
  /** All requests together, and a cached read alone. */
  overall: { p95: figure(25, "ms", "O1") },
  /** A cache miss under high load, answered by a replica. */
  cacheMiss: { p99: figure(100, "ms", "O2") },
  read: { p95: figure(200, "ms", "O2"), p99: figure(500, "ms", "O2") },
  reference: { p95: figure(100, "ms", "O3"), p99: figure(200, "ms", "O3") },
  pricing: { p95: figure(300, "ms", "O4"), p99: figure(800, "ms", "O4") },
  write: { p95: figure(400, "ms", "O5"), p99: figure(1000, "ms", "O5") },
  /** A simple query by REST or GraphQL. */
  simpleQuery: { p95: figure(50, "ms", "O6") },
  complexQuery: { p99: figure(1000, "ms", "O7") },
  search: { max: figure(5000, "ms", "O7") },
  webhookDelivery: { max: figure(5, "s", "O8") },
  clientCall: { max: figure(300, "ms", "O9") },
  upload: { max: figure(30, "s/MB", "O23") },
} as const;

/** What a request asks of an instance; every route belongs to one class. */
export type RouteClass = "standard" | "reference" | "pricing" | "bulk";

/** Requests a second that one instance serves with its latency kept, by route class. */
export const throughput = {
  perInstance: {
    standard: figure(1000, "rps", "O10"),
    reference: figure(5000, "rps", "O10"),
    pricing: figure(500, "rps", "O10"),
    bulk: figure(100, "rps", "O10"),
  } satisfies Record<RouteClass, Figure<"rps">>,
  /** What the fleet reaches in a benchmark. */
  fleet: figure(48_000, "rps", "O11"),
} as const;

/** How many standard requests one request of this class weighs (O10): pricing 2, reference 0.2. */
export function weightOf(routeClass: RouteClass): number {
  return throughput.perInstance.standard.value / throughput.perInstance[routeClass].value;
}

/** Share of time the service answers, and the share of answers that may be a 5xx, over a month. */
export const availability = {
  uptime: figure(99.9, "percent", "O12"),
  serverErrors: figure(0.1, "percent", "O12"),
} as const;

/** What the cache keeps, for how long, and what it must buy. */
export const cache = {
  hitRatio: figure(90, "percent", "O13"),
  /** The oldest reference data the service may answer with. */
  referenceStaleness: figure(300, "s", "O14"),
  memory: { size: figure(500, "MB", "S1"), ttl: figure(300, "s", "S1") },
  redis: { ttl: figure(3600, "s", "S1") },
  /** How long an answer of a kind may be kept at all. */
  ttl: {
    reference: figure(3600, "s", "S2"),
    pricing: figure(900, "s", "S2"),
    static: figure(86_400, "s", "S2"),
    business: figure(300, "s", "I8"),
    search: figure(60, "s", "S2, figure ours"),
    category: figure(3600, "s", "S2, figure ours"),
    session: figure(900, "s", "S2, figure ours"),
    review: figure(10, "s", "S2 (realtime), figure ours"),
    analytics: figure(300, "s", "S2, figure ours"),
    graphqlField: figure(60, "s", "S2, figure ours"),
  },
  /** Measured with the cache on and off under the same load. */
  gain: {
    databaseLoad: figure(80, "percent", "O22"),
    responseTime: figure(60, "percent", "O22"),
    cost: figure(40, "percent", "O22"),
  },
} as const;

/** What the two edges keep, and what they save. */
export const edge = {
  static: { ttl: figure(86_400, "s", "I7") },
  business: { edgeTtl: figure(300, "s", "I8"), browserTtl: figure(600, "s", "I8") },
  loadBalancer: { dnsTtl: figure(60, "s", "I8"), overrideTtl: figure(30, "s", "I8") },
  bandwidthSaved: figure(70, "percent", "O19"),
  /** The longest an instance that no longer answers may be sent requests. */
  failureDetection: figure(1000, "ms", "ours: a frozen instance is noticed within a second"),
} as const;

/** How the platform grows and shrinks with its load. */
export const scaling = {
  scaleOut: figure(120, "s", "O15"),
  instances: { min: figure(3, "instances", "O16"), max: figure(50, "instances", "O16") },
  target: {
    cpu: figure(70, "percent", "O16"),
    memory: figure(80, "percent", "O16"),
    /** Weighted requests (see `weightOf`) an instance. */
    requests: figure(1000, "rps", "O16"),
  },
  /** Users served by adding instances alone. */
  growth: figure(10, "times", "O16"),
  /** How long a trigger by response time or error rate holds before it scales. */
  triggerHold: figure(300, "s", "I12"),
  /** Bounds of one node. */
  node: {
    cpu: { min: figure(2, "cpu", "I12"), max: figure(8, "cpu", "I12") },
    memory: { min: figure(4, "GB", "I12"), max: figure(16, "GB", "I12") },
    storage: { min: figure(20, "GB", "I12"), max: figure(100, "GB", "I12") },
  },
} as const;

/** What an instance, its node and its database connections may use. */
export const resources = {
  instanceMemory: figure(512, "MB", "O17"),
  databasePool: {
    size: figure(20, "connections", "O18"),
    overflow: figure(30, "connections", "O18"),
    used: figure(80, "percent", "O18"),
    recycle: figure(3600, "s", "O18"),
  },
  cpu: { average: figure(70, "percent", "O21"), peak: figure(90, "percent", "O21") },
  memory: { average: figure(80, "percent", "O21"), peak: figure(95, "percent", "O21") },
  network: figure(80, "percent", "O21"),
  storage: figure(85, "percent", "O21"),
  /** A query at or above this is slow, and recorded. */
  slowQuery: figure(100, "ms", "S6"),
} as const;

/** How much worse a change may make things before it is refused. */
export const regression = {
  responseTime: figure(10, "percent", "O20"),
  throughput: figure(5, "percent", "O20"),
  resources: figure(15, "percent", "O20"),
} as const;

/**
 * Upper bounds of the request-duration histogram, in seconds, ascending: every latency promise is a
 * bound, so that a query can tell kept from broken, with a few steps below the smallest for resolution.
 */
export function durationBuckets(): number[] {
  const resolution = [1, 2.5, 5, 10, 15];
  const promised = Object.values(latency)
    .flatMap((bounds) => Object.values(bounds) as Figure[])
    .flatMap((bound) => (bound.unit === "ms" ? [bound.value] : []));
  return [...new Set([...resolution, ...promised])].sort((a, b) => a - b).map((ms) => ms / 1000);
}
