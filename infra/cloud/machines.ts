/** Machines that AWS rents out, as far as the platform uses them, with what each has. All are Graviton. */
import type { MachineSize } from "../sizing.ts";

/** Source: the instance type pages of Amazon EC2 (C7g, M7g, R7g); memory in GB as AWS gives it (GiB). */
export const nodeTypes = {
  "c7g.large": { cpu: 2, memory: 4 },
  "c7g.xlarge": { cpu: 4, memory: 8 },
  "c7g.2xlarge": { cpu: 8, memory: 16 },
  "m7g.large": { cpu: 2, memory: 8 },
  "m7g.xlarge": { cpu: 4, memory: 16 },
} as const satisfies Record<string, MachineSize>;

/** Classes that Aurora PostgreSQL runs on. Source: Aurora User Guide, "Aurora DB instance classes". */
export const databaseClasses = {
  "db.t4g.large": { cpu: 2, memory: 8 },
  "db.r7g.large": { cpu: 2, memory: 16 },
  "db.r7g.xlarge": { cpu: 4, memory: 32 },
  "db.r7g.2xlarge": { cpu: 8, memory: 64 },
  "db.r7g.4xlarge": { cpu: 16, memory: 128 },
} as const satisfies Record<string, MachineSize>;

/** Source: ElastiCache User Guide, "Supported node types"; memory in GB as AWS gives it (GiB). */
export const cacheNodeTypes = {
  "cache.t4g.small": { cpu: 2, memory: 1.37 },
  "cache.t4g.medium": { cpu: 2, memory: 3.09 },
  "cache.m7g.large": { cpu: 2, memory: 6.38 },
  "cache.m7g.xlarge": { cpu: 4, memory: 12.94 },
  "cache.r7g.large": { cpu: 2, memory: 13.07 },
  "cache.r7g.xlarge": { cpu: 4, memory: 26.32 },
} as const satisfies Record<string, MachineSize>;

export type NodeType = keyof typeof nodeTypes;
export type DatabaseClass = keyof typeof databaseClasses;
export type CacheNodeType = keyof typeof cacheNodeTypes;

/**
 * @returns the first machine of the list that has at least the size asked for
 * @throws Error when none has
 */
export function smallest<Name extends string>(
  machines: Readonly<Record<Name, MachineSize>>,
  size: MachineSize,
): Name {
  const names = Object.keys(machines) as Name[];
  const fitting = names.find(
    (name) => machines[name].cpu >= size.cpu && machines[name].memory >= size.memory,
  );
  if (fitting) return fitting;
  throw new Error(`No machine of ${names.join(", ")} has ${size.cpu} CPU and ${size.memory} GB.`);
}

/**
 * Types to ask the spot market for: the more pools, the fewer interruptions. They have the CPUs and the memory of
 * the one given, as the autoscalers need it of one node group.
 */
export function spotTypesLike(type: NodeType): string[] {
  const size = type.split(".")[1];
  const families = type.startsWith("c") ? ["c7g", "c7gd", "c6g", "c6gd"] : ["m7g", "m7gd", "m6g", "m6gd"];
  return families.map((family) => `${family}.${size}`);
}
