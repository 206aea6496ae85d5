import { afterAll, beforeAll, expect, test } from "vitest";
import { latency } from "../../../../objectives.ts";
import { businessRow } from "../features/directory/testing.ts";
import { FakeDatabase, type TestApp, testApp } from "../testing.ts";

let app: TestApp;
let metrics: string;
beforeAll(async () => {
  app = await testApp(new FakeDatabase({ business: (id: number) => (id < 9 ? [businessRow(id)] : []) }));
  const asked = [
    "/v1/businesses/1",
    "/v1/businesses/2",
    "/v1/businesses/9",
    "/v1/businesses/x",
    "/a",
    "/b?c",
  ];
  for (const url of asked) await app.server.inject(url);
  metrics = (await app.server.inject("/metrics")).body;
});
afterAll(() => app.server.close());

test("requests are counted by method, route template and status", () => {
  const businesses = 'api_requests_total{method="GET",endpoint="/v1/businesses/:id"';
  expect(metrics).toContain(`${businesses},status="200"} 2`);
  expect(metrics).toContain(`${businesses},status="404"} 1`);
  expect(metrics).toContain(`${businesses},status="400"} 1`);
});

test("unknown paths share one label", () => {
  expect(metrics).toContain('api_requests_total{method="GET",endpoint="unknown",status="404"} 2');
  expect(metrics).not.toContain('endpoint="/a"');
});

test("the duration histogram has the overall objective as a bound", () => {
  const bound = latency.overall.p95.value / 1000;
  expect(metrics).toMatch(
    new RegExp(
      `api_request_duration_seconds_bucket\\{le="${bound}",method="GET",endpoint="/v1/businesses/:id"\\} \\d`,
    ),
  );
});

test("the cache, the connections and the process are shown", () => {
  for (const name of ["api_cache_misses_total", "api_active_connections", "process_resident_memory_bytes"]) {
    expect(metrics).toMatch(new RegExp(`^${name}(\\{.*\\})? \\d`, "m"));
  }
});
