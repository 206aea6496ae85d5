/** Pieces that the schemas of the settings are made of. */
import { type TSchema, Type } from "typebox";
import type { Size } from "./sizing.ts";

export type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** An object without unknown fields. */
export function object<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An object of which every field has a default or is optional, and so the whole has one. */
export function withDefault<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object(properties, { additionalProperties: false, default: {} });
}

/** Shards of the Redis Cluster, and replicas for each. */
export function redisFields({ redis }: Size, leastShards: number) {
  return {
    shards: Type.Integer({ minimum: leastShards, maximum: 500, default: redis.shards }),
    replicasPerShard: Type.Integer({ minimum: 0, maximum: 5, default: redis.replicasPerShard }),
  };
}

/** Read replicas beside the primary. */
export function databaseFields({ database }: Size) {
  return { replicas: Type.Integer({ minimum: 0, maximum: 15, default: database.replicas }) };
}
