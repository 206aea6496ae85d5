/**
 * A constant rate of requests for single businesses, a few of which are asked for most of the time.
 *
 * Environment: BASE_URL; RATE, requests a second; SECONDS; BUSINESSES, how many there are.
 */
import { check } from "k6";
import http from "k6/http";
import type { Options } from "k6/options";
import { latency } from "../objectives.ts";

const { BASE_URL = "", RATE = "", SECONDS = "", BUSINESSES = "" } = __ENV;
const businesses = Number(BUSINESSES);

export const options: Options = {
  scenarios: {
    steady: {
      executor: "constant-arrival-rate",
      rate: Number(RATE),
      duration: `${SECONDS}s`,
      preAllocatedVUs: 200,
      maxVUs: 500,
    },
  },
  thresholds: {
    http_req_duration: [`p(95)<=${latency.overall.p95.value}`],
    http_req_failed: ["rate==0"],
    checks: ["rate==1"],
    dropped_iterations: ["count==0"],
  },
  summaryTrendStats: ["min", "med", "avg", "p(95)", "p(99)", "max"],
};

/** Zipf's law with exponent 1: the chance of a rank falls with its inverse. */
function popularRank(count: number): number {
  return Math.floor(count ** Math.random());
}

export default function (): void {
  const response = http.get(`${BASE_URL}/v1/businesses/${popularRank(businesses)}`, {
    tags: { name: "/v1/businesses/{id}" },
  });
  check(response, { "is a business": ({ status }) => status === 200 });
}
