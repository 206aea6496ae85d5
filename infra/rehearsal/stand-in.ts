/** What the host asks of a stand-in for a provider. Values are plain; one that is not known yet is `unknown`. */
import type { Change } from "./comparison.ts";
import type { Properties } from "./protocol.ts";
import type { WorldResource } from "./world.ts";

/** The provider of one Pulumi package. */
export interface StandIn {
  /** The version of the package's SDK, which the engine expects the provider to have. */
  readonly version: string;
  /** @returns why the provider would refuse this configuration */
  checkConfig(config: Properties): readonly string[];
  /** @param command what the stand-in remembers until the engine's command ends */
  configure(config: Properties, command: Command): ConfiguredStandIn;
}

/** One run of the engine, such as a preview. */
export interface Command {
  /** Names that its previews would take: whose they are, by whatever makes them the only ones. */
  readonly names: Map<string, Urn>;
  /** What its previews would change: resources as they would be, by type, region and id. */
  readonly planned: Map<string, WorldResource>;
}

export type Urn = string;

export interface ResourceId {
  readonly urn: Urn;
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
}

export interface State {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export interface Checked {
  readonly inputs: Properties;
  /** Why the provider would refuse them. */
  readonly failures: readonly string[];
}

export interface Difference {
  readonly changes: readonly Change[];
  /** Paths of those that only a new resource can have. */
  readonly replacing: ReadonlySet<Change>;
  readonly deleteBeforeReplace: boolean;
}

type Awaitable<T> = T | Promise<T>;

/** A provider as one `aws.Provider` of the program set it up. What it throws is shown beside the resource. */
export interface ConfiguredStandIn {
  /** @param before its inputs; absent for a new resource and for one that replaces another */
  check(resource: ResourceId, before: Properties | undefined, inputs: Properties): Checked;
  diff(resource: ResourceId, before: State, inputs: Properties): Difference;
  /** @returns its state; in a preview without an id, and what cannot be known is `unknown` */
  create(resource: ResourceId, inputs: Properties, preview: boolean): Awaitable<Omit<State, "inputs">>;
  /** @returns nothing when it is gone */
  read(resource: ResourceId, before: State): State | undefined;
  /** @returns its outputs */
  update(resource: ResourceId, before: State, inputs: Properties, preview: boolean): Awaitable<Properties>;
  delete(resource: ResourceId, before: State): Awaitable<void>;
  /** Answers a function of the package, such as `aws:index/getRegion:getRegion`. */
  invoke(token: string, args: Properties): Properties;
}
