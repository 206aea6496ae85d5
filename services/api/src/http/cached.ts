/** A route whose answers are cached: the one way the features read. */
import type { FastifyInstance } from "fastify";
import { type Static, type TObject, type TSchema, Type } from "typebox";
import type { Answer, Cache } from "../cache/cache.ts";
import { Entry } from "../cache/entry.ts";
import { cacheKey } from "../cache/key.ts";
import type { Kind } from "../cache/policies.ts";
import { Problem, problem, problemType } from "./problem.ts";
import { sendEntry } from "./representation.ts";

/** A cached GET. */
export interface CachedRoute<Input extends TObject, Body extends TSchema> {
  /** The template, for example `/v1/businesses/:id`. */
  readonly url: string;
  readonly kind: Kind;
  /** Under which heading the documentation has it. */
  readonly feature: string;
  readonly summary: string;
  /** What is asked: the fields that the template names come from the path, the others from the query. */
  readonly input: Input;
  /** The answer, with an example. */
  readonly body: Body;
  /** What a 404 says when `load` finds nothing. */
  readonly missing: string;
  /** Asks the source; nothing when there is none. */
  readonly load: (input: Static<Input>) => Promise<Static<Body> | undefined>;
}

/** Adds a cached route. A hit in memory is sent without waiting for anything. */
export function addCachedRoute<Input extends TObject, Body extends TSchema>(
  server: FastifyInstance,
  cache: Cache,
  route: CachedRoute<Input, Body>,
): void {
  const { url, kind } = route;
  server.get(url, { schema: schemaOf(route) }, (request, reply) => {
    const input = { ...(request.params as object), ...(request.query as object) };
    const load = () => answer(route, input as Static<Input>);
    const entry = cache.get(kind, cacheKey(kind, url, input), load);
    if (entry instanceof Entry) return void sendEntry(request, reply, kind, entry);
    return entry.then((loaded) => sendEntry(request, reply, kind, loaded));
  });
}

function schemaOf<Input extends TObject, Body extends TSchema>(route: CachedRoute<Input, Body>) {
  const { url, feature, summary, input, body } = route;
  const inPath = Object.keys(input.properties).filter((name) => url.includes(`/:${name}`));
  return {
    summary,
    tags: [feature],
    params: Type.Pick(input, inPath),
    querystring: Type.Omit(input, inPath, { additionalProperties: false }),
    response: { 200: body, 400: refusal, 404: refusal, 503: refusal },
  };
}

const refusal = { description: "What went wrong", content: { [problemType]: { schema: Problem } } };

async function answer<Input extends TObject, Body extends TSchema>(
  { load, missing }: CachedRoute<Input, Body>,
  input: Static<Input>,
): Promise<Answer> {
  const body = await load(input);
  return body === undefined
    ? { status: 404, body: JSON.stringify(problem(404, missing)) }
    : { status: 200, body: JSON.stringify(body) };
}
