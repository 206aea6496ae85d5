/** Brings up a small platform for the integration tests, which find it by their environment variables. */
import { openTestStack } from "./test-stack.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const platform = await openTestStack({
    instances: 1,
    businesses: 5000,
    ports: {
      edge: 18_080,
      edgeMetrics: 18_404,
      prometheus: 18_090,
      api: 18_081,
      redis: 6101,
      postgres: 25_432,
    },
  });
  await platform.engine("up", "--yes", "--skip-preview");
  const { connections, url, prometheusUrl } = await platform.outputs();
  Object.assign(process.env, connections.api, { EDGE_URL: url, PROMETHEUS_URL: prometheusUrl });
  process.env.OWNER_CONNECTION = JSON.stringify(connections.owner);
  return () => platform.remove();
}
