/** A generation of node groups, and what is refused of it. */
import { scaling } from "../../objectives.ts";
import type { Mistake } from "../../validate.ts";
import { type NodeType, nodeTypes } from "./machines.ts";

/**
 * One generation of node groups: added beside another, drained, and removed without touching the other.
 *
 * Blue/green, one `pulumi up` a step: add `green`; set `draining` on `blue`, so that new pods go to green, and
 * restart what runs on blue (`kubectl rollout restart`); remove `blue`. EKS drains a group that is deleted and
 * honours disruption budgets while it does, so the second step may be left out where a rush is no matter.
 */
export interface NodeGeneration {
  /** Machine of the on-demand group. */
  readonly instanceType: NodeType;
  /**
   * Nodes of the on-demand group at least. It starts with as many; from then on the cluster autoscaler owns the
   * number. EKS refuses a least number above the present one: scale the group up by hand before raising it.
   */
  readonly min: number;
  /** Nodes of the on-demand group at most, 1 to 450. */
  readonly max: number;
  /** A second group of spot nodes, from none up, for what tolerates `spotTaint`. Default none. */
  readonly spot?: {
    /** Graviton types of one shape (`c7g.large`, `c6g.large`): the autoscaler takes them for alike. */
    readonly instanceTypes: readonly string[];
    /** Nodes at most, 1 to 450. */
    readonly max: number;
  };
  /** GB of a node's disk, 20 to 100. */
  readonly diskSize: number;
  /** Kubernetes version of its nodes, default the cluster's; at most three minor versions behind it. */
  readonly version?: string;
  /** Release of the node image, such as `1.35.2-20261106`. Default the newest at the time it is made or its version changes. */
  readonly releaseVersion?: string;
  /** Whether it takes no new pods, default false. What runs on it goes on until it is removed. */
  readonly draining?: boolean;
}

/** Blue, green, and one that is on its way out. */
const mostGenerations = 3;
/** EKS quota "Nodes per managed node group". */
const mostNodes = 450;
/** Kubernetes version skew policy: how far a kubelet may be behind the API server. */
const mostVersionsBehind = 3;

/** Every mistake in the generations of a cluster of this version, below `generations`. */
export function generationMistakes(
  generations: Readonly<Record<string, NodeGeneration>>,
  clusterVersion: string,
): Mistake[] {
  const names = Object.keys(generations);
  const mistakes = Object.entries(generations).flatMap(([name, generation]) => [
    ...nameMistakes(name),
    ...sizeMistakes(`generations.${name}`, generation),
    ...spotMistakes(`generations.${name}.spot`, generation),
    ...versionMistakes(`generations.${name}`, generation, clusterVersion),
  ]);
  if (names.length > mostGenerations) {
    mistakes.push({
      path: "generations",
      found: JSON.stringify(names),
      allowed: `at most ${mostGenerations}`,
    });
  }
  if (!Object.values(generations).some(({ draining, min }) => !draining && min > 0)) {
    mistakes.push({
      path: "generations",
      found: JSON.stringify(names),
      allowed: "at least one that is not draining and has a node at least",
    });
  }
  return mistakes;
}

function nameMistakes(name: string): Mistake[] {
  if (/^[a-z][a-z0-9]{0,11}$/.test(name)) return [];
  const allowed = "names of 1 to 12 lower-case letters and digits, a letter first";
  return [{ path: "generations", found: JSON.stringify(name), allowed }];
}

function sizeMistakes(path: string, { instanceType, min, max, diskSize }: NodeGeneration): Mistake[] {
  const { storage } = scaling.node;
  return [
    ...machineMistakes(`${path}.instanceType`, instanceType),
    ...within(`${path}.min`, min, 0, Math.min(max, mostNodes)),
    ...within(`${path}.max`, max, 1, mostNodes),
    ...within(`${path}.diskSize`, diskSize, storage.min.value, storage.max.value),
  ];
}

function machineMistakes(path: string, type: NodeType): Mistake[] {
  const machine = nodeTypes[type];
  const { cpu, memory } = scaling.node;
  const fits =
    machine &&
    machine.cpu >= cpu.min.value &&
    machine.cpu <= cpu.max.value &&
    machine.memory >= memory.min.value &&
    machine.memory <= memory.max.value;
  if (fits) return [];
  const bounds = `${cpu.min.value} to ${cpu.max.value} CPU and ${memory.min.value} to ${memory.max.value} GB`;
  const allowed = `one of ${Object.keys(nodeTypes).join(", ")} with ${bounds}`;
  return [{ path, found: JSON.stringify(type), allowed }];
}

/** A Graviton type: family letter, generation with a `g`, size. */
const graviton = /^([cmr])\d+g[a-z]*\.(large|xlarge|2xlarge)$/;

function spotMistakes(path: string, { spot, instanceType }: NodeGeneration): Mistake[] {
  if (!spot) return [];
  const shape = shapeOf(instanceType);
  const right = spot.instanceTypes.length > 0 && spot.instanceTypes.every((type) => shapeOf(type) === shape);
  const mistakes = within(`${path}.max`, spot.max, 1, mostNodes);
  if (right) return mistakes;
  const allowed = `Graviton types with the CPU and memory of ${instanceType}, one at least`;
  return [...mistakes, { path: `${path}.instanceTypes`, found: JSON.stringify(spot.instanceTypes), allowed }];
}

/** Types of one family letter and one size have the same CPU and memory. */
function shapeOf(type: string): string | undefined {
  const [, family, size] = graviton.exec(type) ?? [];
  return family && `${family} ${size}`;
}

function versionMistakes(path: string, generation: NodeGeneration, clusterVersion: string): Mistake[] {
  const { version = clusterVersion, releaseVersion } = generation;
  const mistakes: Mistake[] = [];
  if (Number.isNaN(minorOf(clusterVersion))) return mistakes;
  const behind = minorOf(clusterVersion) - minorOf(version);
  if (!(behind >= 0 && behind <= mostVersionsBehind)) {
    const allowed = `${clusterVersion} or up to ${mostVersionsBehind} minor versions behind`;
    mistakes.push({ path: `${path}.version`, found: JSON.stringify(version), allowed });
  }
  if (releaseVersion && !new RegExp(`^${version.replace(".", "\\.")}\\.\\d+-\\d{8}$`).test(releaseVersion)) {
    const allowed = `a release of ${version}, such as ${version}.2-20261106`;
    mistakes.push({ path: `${path}.releaseVersion`, found: JSON.stringify(releaseVersion), allowed });
  }
  return mistakes;
}

/** The second part of `1.35`; not a number where it is written otherwise. */
export function minorOf(version: string): number {
  return Number(/^1\.(\d+)$/.exec(version)?.[1]);
}

function within(path: string, value: number, least: number, most: number): Mistake[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [{ path, found: `${value}`, allowed: `a whole number from ${least} to ${most}` }];
}
