/** Every policy document that stack `prod` makes, once all ARNs are known. */
import { beforeAll, expect, test } from "vitest";
import { boundaryPermissions, writePermissions } from "../../infra/cloud/deploy-permissions.ts";
import { boundaryArn } from "../../infra/cloud/deploy-role.ts";
import type { Step } from "../../infra/rehearsal/events.ts";
import { rehearse } from "../stack-life.ts";

interface Statement {
  Effect?: string;
  Action?: string | string[];
  NotAction?: unknown;
  Resource?: string | string[];
  NotResource?: unknown;
  Principal?: string | Record<string, string | string[]>;
  Condition?: Record<string, Record<string, string | string[]>>;
}

const account = "111122223333";
let steps: readonly Step[] = [];

beforeAll(async () => {
  const { rehearsal } = await rehearse("prod");
  try {
    ({ steps } = await rehearsal.up());
  } finally {
    await rehearsal.close();
  }
});

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function statementsIn(text: unknown): Statement[] {
  if (typeof text !== "string" || !text.startsWith("{")) return [];
  return (JSON.parse(text) as { Statement?: Statement[] }).Statement ?? [];
}

/** The statements that allow something, with the name of the resource that has them. */
function allowed(type = /./): [name: string, statement: Statement][] {
  const found = steps
    .filter((step) => type.test(step.type))
    .flatMap(({ name, inputs }) =>
      Object.values(inputs)
        .flatMap(statementsIn)
        .filter(({ Effect }) => Effect === "Allow")
        .map((statement) => [name, statement] as [string, Statement]),
    );
  expect(found.length, `${type}`).toBeGreaterThan(5);
  return found;
}

test("nothing is allowed every action of a service on every resource, nor all but some", () => {
  const everything = (action: string) => action === "*" || action.endsWith(":*");
  const wide = allowed().filter(
    ([, { Action, NotAction, Resource, NotResource }]) =>
      NotAction || NotResource || (list(Action).some(everything) && list(Resource).includes("*")),
  );
  expect(wide).toEqual([]);
});

test("who is not named is held to the account by a condition", () => {
  // The policy of a VPC endpoint narrows what others allow, and allows nothing itself.
  const anybody = allowed(/(?<!:VpcEndpoint)$/).filter(
    ([, { Principal }]) => Principal === "*" || (typeof Principal === "object" && Principal.AWS === "*"),
  );
  expect(anybody.length).toBeGreaterThan(0);
  for (const [name, { Condition }] of anybody) {
    const values = Object.values(Condition ?? {}).flatMap((keys) => Object.values(keys).flatMap(list));
    expect(values, name).toContain(account);
  }
});

test("every role carries the boundary, and the boundary leaves it what it is for", () => {
  const roles = steps.filter(({ type }) => type === "aws:iam/role:Role");
  for (const { inputs } of roles) expect(inputs.permissionsBoundary).toBe(boundaryArn(account, "prod"));
  const boundary = boundaryPermissions(account).flatMap(({ Action }) => list(Action));
  for (const [name, { Action }] of allowed(/:RolePolicy$/)) {
    for (const action of list(Action)) expect(boundary, `${name}: ${action}`).toContain(action);
  }
});

test("the deploy role may pass each role to the service that takes it", () => {
  const reach = {
    account,
    regions: ["us-east-1"],
    environment: "prod",
    boundaryArn: boundaryArn(account, "prod"),
  };
  const passed = Object.values(writePermissions(reach))
    .flat()
    .flatMap(({ Condition }) => list(Condition?.StringEquals?.["iam:PassedToService"] as string[]));
  const takers = allowed(/:Role$/).flatMap(([, { Principal }]) =>
    typeof Principal === "object" ? list(Principal.Service) : [],
  );
  expect(takers.length).toBeGreaterThan(5);
  for (const service of takers) expect(passed).toContain(service);
});
