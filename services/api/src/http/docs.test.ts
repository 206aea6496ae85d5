import { expect, test } from "vitest";
import { testApp } from "../testing.ts";

interface Operation {
  readonly summary?: string;
  readonly responses: Record<string, { content: Record<string, { schema: { examples?: unknown[] } }> }>;
}

test("the contract is OpenAPI 3.1, and every operation has a summary and an example", async () => {
  const { server } = await testApp();
  const contract = (await server.inject("/docs/json")).json();
  await server.close();
  expect(contract.openapi).toBe("3.1.0");
  const paths: [string, { get: Operation }][] = Object.entries(contract.paths);
  expect(paths.map(([path]) => path).sort()).toEqual([
    "/codes/price",
    "/health",
    "/health/live",
    "/health/ready",
    "/reference/localities",
    "/v1/businesses",
    "/v1/businesses/{id}",
  ]);
  for (const [path, { get }] of paths) {
    expect(get.summary, path).toMatch(/\w/);
    const examples = get.responses["200"]?.content["application/json"];
    expect(JSON.stringify(examples), path).toMatch(/"examples?":/);
  }
});

test("a page shows it", async () => {
  const { server } = await testApp();
  const page = await server.inject("/docs/");
  await server.close();
  expect(page.statusCode).toBe(200);
  expect(page.headers["content-type"]).toContain("text/html");
});
