import { expect, test } from "vitest";
import { keysIn } from "./config.ts";

test("the keys of a namespace are read, as YAML gave them or as the engine's text", () => {
  const config = { "own:text": "us-east-1", "own:list": '["a"]', "own:map": { key: 1 }, "own:count": "2" };
  expect(keysIn("own", { ...config, "aws:region": "us-east-1", "owner:text": "x" })).toEqual({
    text: "us-east-1",
    list: ["a"],
    map: { key: 1 },
    count: 2,
  });
});

test("an account keeps its first zero", () => {
  expect(keysIn("own", { "own:account": "012345678901" })).toEqual({ account: "012345678901" });
});
