import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../infra/rehearsal/events.ts";
import { openRehearsal, type Rehearsal } from "../infra/rehearsal/rehearsal.ts";
import { environment } from "../tools/setup/engine.ts";
import { setUp } from "../tools/setup/setup.ts";
import { readConfig, type StackConfig } from "../tools/stack.ts";

const program = join(import.meta.dirname, "../infra/bootstrap");
const config: StackConfig = {
  ...readConfig(join(program, "Pulumi.dev.yaml")),
  "keelson-bootstrap:serviceLinkedRoles": ["autoscaling", "rds", "elasticache.application-autoscaling"],
};
let bootstrap: Rehearsal;

beforeAll(async () => {
  const { pulumi } = await setUp(["pulumi"]);
  bootstrap = await openRehearsal({ stack: "dev", config, engine: environment(pulumi), program });
});
afterAll(() => bootstrap?.close());

function errorsOf({ diagnostics }: Run): string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

test("an account is made ready, and a second run finds nothing to do", async () => {
  const made = await bootstrap.up();
  expect(errorsOf(made)).toEqual([]);
  expect(made.outputs).toMatchObject({
    backendUrl: expect.stringMatching(/^s3:\/\/keelson-state-[0-9a-f]{7}\?region=us-east-1&awssdk=v2$/),
    secretsProvider: "awskms://alias/keelson-state?region=us-east-1",
    pipelineRoles: {
      "dev-deploy": expect.stringMatching(/^arn:aws:iam::\d{12}:role\//),
      "dev-preview": expect.stringMatching(/^arn:aws:iam::\d{12}:role\//),
    },
  });
  const again = await bootstrap.preview();
  expect(Object.keys(again.changes)).toEqual(["same"]);
});

test("longer history changes nothing but the bucket's rule", async () => {
  bootstrap.configure({ ...config, "keelson-bootstrap:oldVersionDays": 180 });
  const changed = await bootstrap.up();
  expect(errorsOf(changed)).toEqual([]);
  const steps = changed.steps.filter(({ op }) => op !== "same");
  expect(steps.map(({ op, type }) => [op, type])).toEqual([
    ["update", "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"],
  ]);
});

test("state and key outlive a destroy that was not meant", async () => {
  const refused = await bootstrap.destroy();
  expect(errorsOf(refused).join()).toMatch(/protect/);
  const gone = refused.steps.filter(({ op, failed }) => op === "delete" && !failed);
  expect(gone.filter(({ type }) => /^aws:(s3\/bucket|kms)/.test(type))).toEqual([]);
});

test("undone on purpose, everything goes but the roles that other things of the account may use", async () => {
  await bootstrap.unprotect();
  const undone = await bootstrap.destroy();
  expect(errorsOf(undone)).toEqual([]);
  const again = await bootstrap.up();
  expect(errorsOf(again).join()).toMatch(/autoscaling\.amazonaws\.com, whose role the account has/);
});
