/** Answers that say what went wrong, as RFC 9457 has them; and which error becomes which. */
import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { type Static, Type } from "typebox";
import { InvalidInput } from "../../../../validate.ts";
import { DatabaseUnavailable } from "../database/database.ts";

/** The media type of a problem. */
export const problemType = "application/problem+json";

export const Problem = Type.Object(
  {
    type: Type.Literal("about:blank"),
    title: Type.String({ description: "The phrase of the HTTP status" }),
    status: Type.Integer(),
    detail: Type.String({ description: "What is wrong, and the next step" }),
    mistakes: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), found: Type.String(), allowed: Type.String() }), {
        description: "Every wrong field: where it is, what was found there, what is allowed",
      }),
    ),
  },
  { description: "What went wrong" },
);
export type Problem = Static<typeof Problem>;

/** Makes a problem without a type of its own. */
export function problem(status: number, detail: string, more: Pick<Problem, "mistakes"> = {}): Problem {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, ...more };
}

/** Answers every error and every unknown route with a problem. */
export function addProblems(server: FastifyInstance): void {
  server.setNotFoundHandler((_, reply) =>
    sendProblem(reply, problem(404, "There is no such route; /docs lists those there are")),
  );
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const answer = problemOf(error);
    // A part that is away is logged where it is noticed, not by every request that misses it.
    if (answer.status === 503) reply.header("retry-after", 1);
    else if (answer.status >= 500) request.log.error({ err: error, req: request }, "A request failed");
    return sendProblem(reply, answer);
  });
}

function sendProblem(reply: FastifyReply, answer: Problem): FastifyReply {
  return reply.code(answer.status).type(problemType).header("cache-control", "no-store").send(answer);
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof InvalidInput) {
    return problem(400, "Some fields are wrong; see mistakes", { mistakes: [...error.mistakes] });
  }
  if (error instanceof DatabaseUnavailable) return problem(503, error.message);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return problem(status, error.message);
  return problem(500, "The service failed to answer; try again, and report it if it stays");
}
