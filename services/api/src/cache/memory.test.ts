import { expect, test } from "vitest";
import { conforms } from "./conformance.ts";
import { Entry } from "./entry.ts";
import { MemoryLayer } from "./memory.ts";

conforms("memory", async () => new MemoryLayer(1e6));

const entry = new Entry(200, Buffer.alloc(900), Date.now() + 60_000);

test("is bounded in bytes, and the least recently used leaves first", () => {
  const memory = new MemoryLayer(2 * (entry.size + 1));
  memory.put("a", entry, 1000);
  memory.put("b", entry, 1000);
  memory.peek("a");
  memory.put("c", entry, 1000);
  expect(["a", "b", "c"].filter((key) => memory.peek(key))).toEqual(["a", "c"]);
});

test("what is larger than all of it is not kept", () => {
  const memory = new MemoryLayer(entry.size - 1);
  memory.put("a", entry, 1000);
  expect(memory.peek("a")).toBeUndefined();
});
