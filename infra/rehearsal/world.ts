/** What lives in a rehearsal: it outlives one command in a file, and ends with the rehearsal's folder. */
import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import type { Properties } from "./protocol.ts";

/** A resource that a stand-in made and that was not deleted. */
export interface LivingResource {
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly urn: string;
  readonly id: string;
  /** Where it is; "" for what is everywhere. */
  readonly region: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export interface WorldResource extends LivingResource {
  /** How many were made for its URN before it. */
  readonly generation: number;
}

type Identity = Pick<LivingResource, "type" | "region" | "id">;

interface Content {
  readonly resources: readonly WorldResource[];
  /** How many resources were ever made, by URN. */
  readonly generations: Readonly<Record<string, number>>;
}

export class World {
  readonly #file: string;
  readonly #resources = new Map<string, WorldResource>();
  readonly #generations = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @param file made by the first change; readable by its owner only, for it holds secrets */
  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) return;
    const content = JSON.parse(readFileSync(file, "utf8")) as Content;
    for (const resource of content.resources) this.#resources.set(key(resource), resource);
    for (const [urn, count] of Object.entries(content.generations)) this.#generations.set(urn, count);
  }

  all(): Iterable<WorldResource> {
    return this.#resources.values();
  }

  get(identity: Identity): WorldResource | undefined {
    return this.#resources.get(key(identity));
  }

  /** How many resources were ever made for a URN: the generation of the next. */
  generation(urn: string): number {
    return this.#generations.get(urn) ?? 0;
  }

  /**
   * Returns when it is in the file.
   *
   * @throws Error when there is one with its type, region and id
   */
  add(resource: WorldResource): Promise<void> {
    const there = this.get(resource);
    if (there) throw new Error(`${there.urn} has the id ${resource.id} already`);
    this.#resources.set(key(resource), resource);
    this.#generations.set(resource.urn, resource.generation + 1);
    return this.#save();
  }

  /** Returns when it is in the file. */
  change(resource: WorldResource): Promise<void> {
    this.#resources.set(key(resource), resource);
    return this.#save();
  }

  /** Gives it another URN; written with the next change. */
  rename(resource: WorldResource, urn: string): void {
    this.#resources.set(key(resource), { ...resource, urn });
  }

  /** Returns when it is gone from the file. */
  remove(identity: Identity): Promise<void> {
    this.#resources.delete(key(identity));
    return this.#save();
  }

  /** Changes made during one write share the next. */
  #save(): Promise<void> {
    this.#next ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#write();
        return this.#writing;
      });
    return this.#next;
  }

  async #write(): Promise<void> {
    const content: Content = {
      resources: [...this.#resources.values()],
      generations: Object.fromEntries(this.#generations),
    };
    await writeFile(`${this.#file}.new`, JSON.stringify(content), { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }
}

/** What tells a resource from every other. */
export function key({ type, region, id }: Identity): string {
  return [type, region, id].join("|");
}
