/** The provider plug-in of stack `local`: serves Process, Job and Password to the engine. */
import { isDeepStrictEqual } from "node:util";
import * as provider from "@pulumi/pulumi/provider/index.js";
import { engineLogger } from "./engine-log.ts";
import { jobKind } from "./job.ts";
import { type Kind, type Properties, unwrapSecrets } from "./kind.ts";
import { passwordKind } from "./password.ts";
import { processKind } from "./process.ts";

const kinds: Record<string, Kind> = {
  "keelson:local:Process": processKind,
  "keelson:local:Job": jobKind,
  "keelson:local:Password": passwordKind,
};

function kindOf(urn: string): Kind {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = kinds[type];
  if (!kind)
    throw new Error(`the provider has no resource type "${type}"; known: ${Object.keys(kinds).join(", ")}`);
  return kind;
}

/**
 * Maps the engine's calls to the kinds. A kind sees plain values; what goes back to the engine keeps the
 * wrappers that mark secrets, so that the state stays encrypted.
 */
class LocalProvider implements provider.Provider {
  readonly version = "0.0.0";
  readonly #cancelled = new AbortController();
  readonly #log: (urn: string, text: string) => void;

  constructor(log: (urn: string, text: string) => void) {
    this.#log = log;
  }

  async check(urn: string, _olds: Properties, news: Properties) {
    const reasons = await kindOf(urn).check(unwrapSecrets(news));
    // Without a property: the engine would print its whole value.
    return { inputs: news, failures: reasons.map((reason) => ({ property: "", reason })) };
  }

  async diff(_id: string, urn: string, olds: Properties, news: Properties) {
    const before = unwrapSecrets(olds);
    const after = unwrapSecrets(news);
    const changed = Object.keys(after).filter((key) => !isDeepStrictEqual(before[key], after[key]));
    const removed = Object.keys(before).filter(
      (key) => !(key in after) && !kindOf(urn).outputs.includes(key),
    );
    const replaces = changed.filter((key) => kindOf(urn).replacedBy.includes(key));
    return { changes: changed.length + removed.length > 0, replaces, deleteBeforeReplace: true };
  }

  async create(urn: string, inputs: Properties) {
    const { id, outputs } = await kindOf(urn).create(unwrapSecrets(inputs), this.#context(urn));
    return { id, outs: { ...inputs, ...outputs } };
  }

  async read(id: string, urn: string, props: Properties) {
    const there = await kindOf(urn).isThere(unwrapSecrets(props));
    return there ? { id, props } : { id: "", props: {} };
  }

  async update(_id: string, urn: string, olds: Properties, news: Properties) {
    const outputs = await kindOf(urn).update(unwrapSecrets(olds), unwrapSecrets(news), this.#context(urn));
    return { outs: { ...news, ...outputs } };
  }

  async delete(_id: string, urn: string, props: Properties) {
    await kindOf(urn).delete(unwrapSecrets(props));
  }

  /** `Ctrl-C`: waits and jobs under way end, what they began is undone or adopted by the next run. */
  async cancel() {
    this.#cancelled.abort(new Error("interrupted"));
  }

  #context(urn: string) {
    return { signal: this.#cancelled.signal, progress: (text: string) => this.#log(urn, text) };
  }
}

/** An engine that is killed cannot end its plug-ins, so they end when it is gone. */
function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 500).unref();
}

endWithEngine();
const [engineAddress = ""] = process.argv.slice(2);
await provider.main(new LocalProvider(engineLogger(engineAddress)), process.argv.slice(2));
