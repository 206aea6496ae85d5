/** What every layer must do; its tests call this with a way to open one. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Entry } from "./entry.ts";
import type { Layer } from "./layer.ts";

/** @param open gives a layer that answers */
export function conforms(name: string, open: () => Promise<Layer>): void {
  describe(`${name} as a layer`, () => {
    let layer: Layer;
    const key = () => `test:${randomUUID()}`;
    const entryOf = (text: string) => new Entry(200, Buffer.from(text), Date.now() + 60_000);

    beforeAll(async () => {
      layer = await open();
    });
    afterAll(() => layer.close());

    test("knows nothing of a key never set", async () => {
      expect(await layer.get(key())).toBeUndefined();
    });

    test("gives back the answer, its status, tag and expiry", async () => {
      const [at, entry] = [key(), new Entry(404, Buffer.from("Ångström \0 \u{1f967}"), Date.now() + 60_000)];
      await layer.set(at, entry, 60_000);
      const back = await layer.get(at);
      expect(back?.body.equals(entry.body)).toBe(true);
      expect(back).toMatchObject({ status: 404, expires: entry.expires });
      expect(back?.as("identity").etag).toBe(entry.as("identity").etag);
    });

    test("the last one set counts", async () => {
      const at = key();
      await layer.set(at, entryOf("first"), 60_000);
      await layer.set(at, entryOf("second"), 60_000);
      expect((await layer.get(at))?.body.toString()).toBe("second");
    });

    test("forgets when the time is up", async () => {
      const at = key();
      await layer.set(at, entryOf("short"), 80);
      expect(await layer.get(at)).toBeDefined();
      await sleep(120);
      expect(await layer.get(at)).toBeUndefined();
    });

    test.each([0, -5])("keeps nothing for %d ms", async (ttlMs) => {
      const at = key();
      await layer.set(at, entryOf("late"), ttlMs);
      expect(await layer.get(at)).toBeUndefined();
    });

    test("is up", async () => {
      expect(await layer.health()).toMatchObject({ name: layer.name, state: "up" });
    });
  });
}
