import { expect, test } from "vitest";
import { InvalidInput } from "../../../validate.ts";
import { readConfig } from "./config.ts";

const complete = {
  PORT: "8080",
  INSTANCE: "api-1",
  DATABASE_WRITER: "db:5432",
  DATABASE_READERS: "reader-a:5433,reader-b:5434",
  DATABASE_NAME: "keelson",
  DATABASE_USER: "api",
  DATABASE_PASSWORD: "hush",
  REDIS_NODES: "redis-a:6379,redis-b:6380",
  REDIS_PASSWORD: "hush too",
};

test("reads addresses, numbers and defaults", () => {
  expect(readConfig(complete)).toEqual({
    host: "127.0.0.1",
    port: 8080,
    instance: "api-1",
    logLevel: "info",
    database: {
      writer: { host: "db", port: 5432 },
      readers: [
        { host: "reader-a", port: 5433 },
        { host: "reader-b", port: 5434 },
      ],
      name: "keelson",
      user: "api",
      password: "hush",
    },
    redis: {
      nodes: [
        { host: "redis-a", port: 6379 },
        { host: "redis-b", port: 6380 },
      ],
      password: "hush too",
    },
    cacheMemoryMb: 64,
    drainSeconds: 2,
  });
});

test("no readers is allowed", () => {
  expect(readConfig({ ...complete, DATABASE_READERS: "" }).database.readers).toEqual([]);
});

test("names every wrong variable and shows no secret", () => {
  const wrong = { ...complete, PORT: "80a", LOG_LEVEL: "loud", REDIS_NODES: "redis", DATABASE_PASSWORD: "" };
  const error = thrownBy(() => readConfig({ ...wrong, INSTANCE: undefined }));
  expect(error.mistakes.map(({ path }) => path).sort()).toEqual([
    "DATABASE_PASSWORD",
    "INSTANCE",
    "LOG_LEVEL",
    "PORT",
    "REDIS_NODES",
  ]);
  expect(error.message).toContain('PORT: found "80a", allowed: a whole number from 1 to 65535');
  expect(error.message).not.toContain("hush");
});

function thrownBy(action: () => unknown): InvalidInput {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
  }
  throw new Error("InvalidInput was expected");
}
