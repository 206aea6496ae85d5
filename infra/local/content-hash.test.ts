import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contentHash } from "./content-hash.ts";

test("it changes with a file's text and name, and not with tests", () => {
  const folder = mkdtempSync(join(tmpdir(), "keelson-hash-"));
  mkdirSync(join(folder, "deep"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  try {
    write("deep/a.ts", "1");
    const first = contentHash([folder]);
    expect(contentHash([folder])).toBe(first);
    write("deep/a.test.ts", "x");
    expect(contentHash([folder])).toBe(first);
    write("deep/a.ts", "2");
    const second = contentHash([folder]);
    write("b.ts", "");
    expect(new Set([first, second, contentHash([folder])]).size).toBe(3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
