/** How resources of the account refer to one another: by id, ARN or name. */
import { isObject, type Properties, unknown } from "../protocol.ts";
import type { Command, ResourceId } from "../stand-in.ts";
import type { World, WorldResource } from "../world.ts";
import { type DescribedType, describedType, moduleOf } from "./table.ts";

/** @returns the living resource of the type whose id, ARN or physical name is `reference` */
export function find(
  world: World,
  type: string,
  reference: unknown,
  region: string,
): WorldResource | undefined {
  const { physicalName } = describedType(type);
  const found = [...world.all()].filter(
    (each) =>
      each.type === type &&
      (each.id === reference ||
        each.outputs.arn === reference ||
        (physicalName && each.outputs[physicalName.property] === reference)),
  );
  return found.find((each) => each.region === region) ?? found[0];
}

/**
 * Refuses a physical name that is taken. Unknown names and types without one pass.
 *
 * @param command in a preview, what else it would take; what lives of this URN would be deleted before
 * @param itself what has the name already, in an update
 */
export function assertFree(
  { type, physicalName }: DescribedType,
  { urn }: ResourceId,
  inputs: Properties,
  world: World,
  command: Command | undefined,
  itself?: WorldResource,
): void {
  if (!physicalName) return;
  const { property, unique, within } = physicalName;
  const name = inputs[property];
  const home = within && inputs[within];
  if (name === undefined || name === unknown || home === unknown) return;
  const region = unique === "region" ? inputs.region : undefined;
  const key = [type, region, home, name].join("|");
  const planned = command?.names.get(key);
  const living = [...world.all()].find(
    (each) =>
      each !== itself &&
      each.type === type &&
      (region === undefined || each.region === region) &&
      each.outputs[property] === name &&
      (!within || each.outputs[within] === home) &&
      !(command && each.urn === urn),
  );
  const taker = living?.urn ?? (planned === urn ? undefined : planned);
  if (taker) {
    const found = `${JSON.stringify(name)}, which ${taker} has`;
    throw new Error(
      `AWS would refuse it.\n${property}: found ${found}, allowed: the only one in its ${within ?? unique}`,
    );
  }
  command?.names.set(key, urn);
}

/** Refuses to delete what another living resource cannot be without. */
export function assertUnused(row: DescribedType, resource: WorldResource, world: World): void {
  for (const other of world.all()) {
    if (other === resource) continue;
    for (const path of describedType(other.type).holds ?? []) {
      if (
        !valuesAt(other.inputs, path.split(".")).some((value) => isReference(value, row, resource, other))
      ) {
        continue;
      }
      throw new Error(`AWS would not delete ${resource.id}: ${path} of ${other.urn} still names it`);
    }
  }
}

/** An ARN or an id that AWS made is the only one; a name is looked for where its holder would look. */
function isReference(
  value: unknown,
  { physicalName, isRegional }: DescribedType,
  resource: WorldResource,
  holder: WorldResource,
): boolean {
  const name = physicalName && resource.outputs[physicalName.property];
  if (value === resource.outputs.arn) return true;
  if (value !== resource.id && value !== name) return false;
  if (value === resource.id && resource.id !== name) return true;
  const isNear = !isRegional || holder.region === "" || holder.region === resource.region;
  return isNear && moduleOf(holder.type) === moduleOf(resource.type);
}

function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, path));
  const [first, ...rest] = path;
  if (first === undefined) return value === undefined ? [] : [value];
  return isObject(value) ? valuesAt(value[first], rest) : [];
}
