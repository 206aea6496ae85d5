/** Brings up a small platform for the integration tests, which find it by their environment variables. */
import { openTestStack } from "./test-stack.ts";

export default async function setup(): Promise<() => Promise<void>> {
  const platform = await openTestStack({ instances: 1, businesses: 5000 });
  try {
    await platform.engine("up", "--yes", "--skip-preview");
    const { connections } = await platform.outputs();
    Object.assign(process.env, connections.api, { OWNER_CONNECTION: JSON.stringify(connections.owner) });
    return () => platform.remove();
  } catch (error) {
    await platform.remove();
    throw error;
  }
}
