import { expect, test } from "vitest";
import { connect } from "./connection.ts";

const environment = {
  DATABASE_WRITER: "127.0.0.1:1",
  DATABASE_NAME: "keelson",
  DATABASE_USER: "owner",
  DATABASE_PASSWORD: "hidden",
};

test("names every variable that is missing or wrong", async () => {
  await expect(connect({ DATABASE_WRITER: "nowhere" })).rejects.toMatchObject({
    mistakes: [
      { path: "DATABASE_NAME", found: "nothing" },
      { path: "DATABASE_USER", found: "nothing" },
      { path: "DATABASE_PASSWORD", found: "nothing" },
      { path: "DATABASE_WRITER", found: '"nowhere"', allowed: "host:port" },
    ],
  });
});

test("says which server cannot be reached, without the password", async () => {
  const failure = await connect(environment).catch((error: Error) => error.message);
  expect(failure).toContain("Cannot connect to database keelson at 127.0.0.1:1 as owner");
  expect(failure).not.toContain("hidden");
});
