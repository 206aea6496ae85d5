/** What the provider asks of each kind of resource it serves. */
import * as pulumi from "@pulumi/pulumi";

/** A plain value as the engine hands it over, secrets unwrapped. */
export type Properties = Record<string, unknown>;

export interface Context {
  /** Aborted on `Ctrl-C`. */
  readonly signal: AbortSignal;
  /** Shows a line beside the resource while it is worked on. */
  readonly progress: (text: string) => void;
}

export interface Kind<Inputs = Properties, Outputs extends Properties = Properties> {
  /** Names of what `create` adds to the inputs. */
  readonly outputs: readonly string[];
  /** Inputs that cannot change in place: the old resource is deleted first. */
  readonly replacedBy: readonly string[];
  /**
   * Says why inputs are refused, if they are. Called in previews too, so it changes nothing. A value that the
   * engine does not know yet is `unknownValue`.
   */
  check(inputs: Inputs): Promise<string[]>;
  create(inputs: Inputs, context: Context): Promise<{ id: string; outputs: Outputs }>;
  update(before: Inputs & Outputs, after: Inputs, context: Context): Promise<Outputs>;
  /** Whether it still exists; what is gone is created again by the next `pulumi up`. */
  isThere(state: Inputs & Outputs): Promise<boolean>;
  delete(state: Inputs & Outputs): Promise<void>;
}

/** Stands, in a preview, for a value that only `pulumi up` will know. */
export const unknownValue: string = pulumi.runtime.unknownValue;

/** The same properties with the engine's marks of secrets taken off. */
export function unwrapSecrets(properties: Properties): Properties {
  return unwrap(properties) as Properties;
}

function unwrap(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return unwrap(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unwrap(child)]));
}
