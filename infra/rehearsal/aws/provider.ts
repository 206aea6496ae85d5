/** The stand-in for `aws`: one account that holds what the rehearsal made. */
import { createRequire } from "node:module";
import { type Change, changesBetween, dotted, type Path } from "../comparison.ts";
import { hasUnknown, isObject, known, type Properties, unknown } from "../protocol.ts";
import type {
  Checked,
  Command,
  ConfiguredStandIn,
  Difference,
  ResourceId,
  StandIn,
  State,
} from "../stand-in.ts";
import { key, type World, type WorldResource } from "../world.ts";
import { inWords, refusals } from "./check.ts";
import { digits } from "./digits.ts";
import type { NewResource } from "./entry.ts";
import { invoke } from "./functions.ts";
import { assertFree, assertUnused, find } from "./names.ts";
import { type DescribedType, defaults, describedType, isCommon } from "./table.ts";

/** The account's digits where the program allows none in particular: those of AWS's own examples. */
const exampleAccount = "123456789012";

/** @param world what lives, in all regions */
export function awsStandIn(world: World): StandIn {
  const { version } = createRequire(import.meta.url)("@pulumi/aws/package.json");
  return {
    version,
    checkConfig: ({ region }) =>
      region ? [] : ["region: found nothing, allowed: a region such as us-east-1; set aws:region"],
    configure: (config, command) => new Account(world, command, settingsOf(config)),
  };
}

/** What the stand-in reads of a provider's configuration. */
export interface AccountSettings {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly defaultTags: Properties;
}

/** The SDK sends what is not a text as JSON. */
function settingsOf({ region, allowedAccountIds, defaultTags }: Properties): AccountSettings {
  const accounts = parsed(allowedAccountIds);
  const tags = parsed(defaultTags);
  return {
    region: `${region}`,
    account: Array.isArray(accounts) && accounts.length > 0 ? `${accounts[0]}` : exampleAccount,
    defaultTags: isObject(tags) && isObject(tags.tags) ? tags.tags : {},
  };
}

function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

/** The account as one `aws.Provider` sees it. */
class Account implements ConfiguredStandIn {
  readonly #world: World;
  readonly #command: Command;
  readonly #settings: AccountSettings;

  constructor(world: World, command: Command, settings: AccountSettings) {
    this.#world = world;
    this.#command = command;
    this.#settings = settings;
  }

  check(resource: ResourceId, before: Properties | undefined, inputs: Properties): Checked {
    const row = describedType(resource.type);
    const complete = this.#completed(row, resource, before, inputs);
    return { inputs: complete, failures: refusals(row, complete) };
  }

  diff({ type, urn }: ResourceId, before: State, inputs: Properties): Difference {
    const row = describedType(type);
    this.#adoptUrn(row, urn, before);
    const changes = changesBetween(
      { ...before.inputs, [defaults]: undefined },
      { ...inputs, [defaults]: undefined },
      (path) => dotted(path) in (row.ordered ?? {}),
    );
    const replacing = new Set(changes.filter((change) => isReplacing(row, change)));
    const isInTheWay = row.deletedFirst !== undefined || hasFixedName(row, inputs);
    return { changes, replacing, deleteBeforeReplace: replacing.size > 0 && isInTheWay };
  }

  async create(resource: ResourceId, inputs: Properties, preview: boolean) {
    const row = describedType(resource.type);
    const generation = this.#world.generation(resource.urn);
    const made = this.#newResource(row, resource, inputs, {}, generation);
    refuse(row, made);
    assertFree(row, resource, inputs, this.#world, preview ? this.#command : undefined);
    const outputs = outputsOf(row, made, inputs, preview);
    if (preview) return { id: "", outputs };
    const id = row.id(made);
    const region = regionOf(row, inputs);
    await this.#world.add({ type: row.type, urn: resource.urn, id, region, generation, inputs, outputs });
    return { id, outputs };
  }

  read({ type }: ResourceId, before: State): State | undefined {
    return this.#living(describedType(type), before);
  }

  async update(resource: ResourceId, before: State, inputs: Properties, preview: boolean) {
    const row = describedType(resource.type);
    const living = this.#living(row, before);
    if (!living) throw new Error(`${before.id} is not there any more; \`pulumi refresh\` takes note of it`);
    const made = this.#newResource(row, resource, inputs, before.outputs, living.generation);
    refuse(row, made);
    assertFree(row, resource, inputs, this.#world, preview ? this.#command : undefined, living);
    const outputs = outputsOf(row, made, inputs, preview);
    const changed = { ...living, urn: resource.urn, inputs, outputs };
    if (preview) this.#command.planned.set(key(living), { ...changed, inputs: known(inputs) });
    else await this.#world.change(changed);
    return outputs;
  }

  async delete({ type }: ResourceId, before: State): Promise<void> {
    const row = describedType(type);
    const living = this.#living(row, before);
    if (!living) return;
    const reason = row.undeletable?.(living);
    if (reason) throw new Error(`AWS would not delete ${living.id}: ${reason}`);
    assertUnused(row, living, this.#world);
    await this.#world.remove(living);
  }

  invoke(token: string): Properties {
    return invoke(token, this.#settings);
  }

  /** Inputs with what the provider adds to them before it looks at them. */
  #completed(
    row: DescribedType,
    { urn, name }: ResourceId,
    before: Properties | undefined,
    inputs: Properties,
  ): Properties {
    const automatic = automaticName(row, before, inputs, () => {
      const random = digits(`${urn} ${this.#world.generation(urn)} name`, 7);
      return `${row.physicalName?.prefix ?? ""}${name}-${random}`;
    });
    return {
      ...inputs,
      ...automatic,
      ...(row.isRegional && { region: inputs.region ?? this.#settings.region }),
      ...(row.description.isTaggable && { tagsAll: allTags(this.#settings.defaultTags, inputs.tags) }),
      [defaults]: Object.keys(automatic),
    };
  }

  #newResource(
    row: DescribedType,
    { urn, name }: ResourceId,
    inputs: Properties,
    previous: Properties,
    generation: number,
  ): NewResource {
    const region = regionOf(row, inputs) || this.#settings.region;
    return {
      name,
      inputs: known(inputs),
      previous,
      region,
      account: this.#settings.account,
      hex: (length) => digits(`${urn} ${generation}`, length),
      find: (type, reference) => this.#planned(find(this.#world, type, reference, region)),
      living: (type) =>
        [...this.#world.all()]
          .filter((each) => each.type === type && each.region === region)
          .map((each) => this.#planned(each)),
    };
  }

  /** A resource as it would be after the changes that this preview came to so far. */
  #planned<R extends WorldResource | undefined>(living: R): R | WorldResource {
    return (living && this.#command.planned.get(key(living))) ?? living;
  }

  #living(row: DescribedType, { id, outputs }: Pick<State, "id" | "outputs">): WorldResource | undefined {
    const region = row.isRegional ? `${outputs.region ?? this.#settings.region}` : "";
    return this.#world.get({ type: row.type, region, id });
  }

  /** A program that renames a resource by an alias tells the provider by the first comparison. */
  #adoptUrn(row: DescribedType, urn: string, before: State): void {
    const living = this.#living(row, before);
    if (living && living.urn !== urn) this.#world.rename(living, urn);
  }
}

function regionOf(row: DescribedType, inputs: Properties): string {
  return row.isRegional ? `${inputs.region}` : "";
}

/** As the provider does it: autonaming.go of github.com/pulumi/pulumi-aws. */
function automaticName(
  { physicalName }: DescribedType,
  before: Properties | undefined,
  inputs: Properties,
  make: () => string,
): Properties {
  if (!physicalName?.automatic) return {};
  const { property } = physicalName;
  if (property in inputs || `${property}Prefix` in inputs) return {};
  return { [property]: isByProvider(before, property) ? before?.[property] : make() };
}

function isByProvider(inputs: Properties | undefined, property: string): boolean {
  const noted = inputs?.[defaults];
  return Array.isArray(noted) && noted.includes(property);
}

/** A name that the program chose would still be taken: schema.go of github.com/pulumi/pulumi-terraform-bridge. */
function hasFixedName({ physicalName }: DescribedType, inputs: Properties): boolean {
  if (!physicalName?.automatic) return false;
  return physicalName.property in inputs && !isByProvider(inputs, physicalName.property);
}

/** As the provider does it: tags.go of github.com/pulumi/pulumi-aws. */
function allTags(defaultTags: Properties, tags: unknown): unknown {
  return hasUnknown(tags) ? unknown : { ...defaultTags, ...(isObject(tags) ? tags : {}) };
}

function isReplacing(row: DescribedType, { leaves }: Change): boolean {
  return leaves.some((leaf: Path) => {
    if (isCommon(row, leaf)) return leaf[0] === "region";
    return row.description.property(leaf)?.change !== "update";
  });
}

function refuse({ refuse }: DescribedType, made: NewResource): void {
  const mistakes = refuse?.(made) ?? [];
  if (mistakes.length > 0) throw new Error(`AWS would refuse it.\n${mistakes.map(inWords).join("\n")}`);
}

/** What is computed and was not given; what was computed before stays, unless every update makes it anew. */
function outputsOf(row: DescribedType, made: NewResource, inputs: Properties, preview: boolean): Properties {
  const { [defaults]: _, ...given } = inputs;
  const outputs: Record<string, unknown> = { ...given };
  for (const [path, compute] of Object.entries(row.computed ?? {})) {
    const [property = "", part] = path.split(".");
    const value = (previous: unknown) =>
      (row.renewed?.includes(path) ? undefined : previous) ?? (preview ? unknown : compute(made));
    const before = made.previous[property];
    if (part === undefined) {
      if (!(property in given)) outputs[property] = value(before);
    } else if (isObject(outputs[property] ?? {})) {
      const computed = { [part]: value(isObject(before) ? before[part] : undefined) };
      outputs[property] = { ...computed, ...(outputs[property] as Properties | undefined) };
    }
  }
  return outputs;
}
