/** Regions in few letters, as names hold them: AWS's own host names do so too. */

const initials: Readonly<Record<string, string>> = {
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};

/** @returns `use1` for `us-east-1`, `apse2` for `ap-southeast-2` */
export function regionCode(region: string): string {
  const [area = "", ...words] = region.split("-");
  return [area, ...words.map((word) => initials[word] ?? word.charAt(0))].join("");
}
