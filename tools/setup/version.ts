/** The first version number in what a program says of itself: "Redis server v=7.0.15 …" gives "7.0.15". */
export function parseVersion(text: string): string | undefined {
  return (/\d+(?:\.\d+)+/.exec(text) ?? /\d+/.exec(text))?.[0];
}

/** Compares number by number, absent ones counting as 0: below zero when `a` is older, above when newer. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split("."), b.split(".")];
  for (let place = 0; place < Math.max(left.length, right.length); place++) {
    const difference = Number(left[place] ?? 0) - Number(right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
