/** Unit tests' stand-in for the engine: nothing is checked or made, everything registered is recorded. */
import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into inputs of every shape
  readonly inputs: Record<string, any>;
}

/**
 * Starts recording. Call it before the first resource of a test is constructed.
 *
 * @param outputs computed properties of resources, by type; `id` and `arn` are made up for all
 * @returns `all` with what was registered since, in order, and `settled`, to await before looking
 */
export async function recordResources(
  outputs: Readonly<Record<string, (inputs: Registered["inputs"], name: string) => object>> = {},
) {
  const all: Registered[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      all.push({ type, name, inputs });
      const state = { name, arn: `arn:aws:mock:us-east-1:123456789012:${name}`, ...inputs };
      return { id: `${name}-id`, state: { ...state, ...outputs[type]?.(inputs, name) } };
    },
    call: ({ token }) => {
      throw new Error(`a component asked for ${token}`);
    },
  });
  return {
    all,
    /** Those of a type. */
    of: (type: string) => all.filter((each) => each.type === type),
    settled: () => pulumi.runtime.disconnect(),
  };
}
