import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "./cursor.ts";

test("every id comes back", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (id) => {
      expect(decodeCursor(encodeCursor(id))).toBe(id);
    }),
  );
});

const notIds = [Number.NaN, -1, 1.5, 1e300].map(encodeCursor);

test.each(["", "x", "12", `${encodeCursor(12)}=`, `${encodeCursor(12)}!`, ...notIds])(
  "%j is none",
  (cursor) => {
    expect(decodeCursor(cursor)).toBeUndefined();
  },
);
