/** The engine's calls (gRPC service `pulumirpc.ResourceProvider`), mapped to a stand-in. */
import { type handleUnaryCall, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import protobuf from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { type Change, written } from "./comparison.ts";
import { fromStruct, toStruct } from "./protocol.ts";
import type { Command, ConfiguredStandIn, Difference, ResourceId, StandIn } from "./stand-in.ts";

/** What is known of one connection: the engine opens one for each `aws.Provider` of the program. */
interface Connection {
  command?: Command;
  provider?: ConfiguredStandIn;
}

/**
 * @param standIn answers without secrets and outputs: the engine takes them off before, and marks what
 *   comes back by the names of what it sent
 * @param commands by the address of the engine, which is another for each of its commands
 */
export function engineService(
  standIn: StandIn,
  commands: Map<string, Command>,
): UntypedServiceImplementation {
  const connections = new Map<string, Connection>();

  function connection(peer: string): Connection {
    const known = connections.get(peer) ?? {};
    connections.set(peer, known);
    return known;
  }

  function configured(peer: string): ConfiguredStandIn {
    const { provider } = connection(peer);
    if (provider) return provider;
    throw new Error("the engine's connection to the stand-in was lost. Run the command again.");
  }

  /** What a call throws reaches the engine as the reason why it failed. */
  function answer<Request, Response>(
    handle: (request: Request, peer: string) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return async (call, respond) => {
      try {
        respond(null, await handle(call.request, call.getPeer()));
      } catch (error) {
        respond({ code: status.UNKNOWN, details: (error as Error).message });
      }
    };
  }

  const done = () => new protobuf.Empty();

  return {
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion(standIn.version)),

    attach: answer((request: InstanceType<typeof plugin.PluginAttach>, peer) => {
      const engine = request.getAddress();
      const command = commands.get(engine) ?? { names: new Map(), planned: new Map() };
      commands.set(engine, command);
      connections.set(peer, { command });
      return done();
    }),

    checkConfig: answer((request: Message<"CheckRequest">) =>
      new rpc.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList(failures(standIn.checkConfig(fromStruct(request.getNews())))),
    ),

    // Resources whose own properties depend on the configuration show it themselves.
    diffConfig: answer(() => new rpc.DiffResponse().setChanges(Changes.DIFF_UNKNOWN)),

    configure: answer((request: Message<"ConfigureRequest">, peer) => {
      const known = connection(peer);
      known.provider = standIn.configure(
        fromStruct(request.getArgs()),
        known.command ?? { names: new Map(), planned: new Map() },
      );
      return new rpc.ConfigureResponse().setSupportspreview(true);
    }),

    check: answer((request: Message<"CheckRequest">, peer) => {
      const before = request.getOlds();
      const { inputs, failures: reasons } = configured(peer).check(
        resourceId(request.getUrn()),
        before && !isEmpty(before) ? fromStruct(before) : undefined,
        fromStruct(request.getNews()),
      );
      return new rpc.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures(reasons));
    }),

    diff: answer((request: Message<"DiffRequest">, peer) =>
      diffResponse(
        configured(peer).diff(
          resourceId(request.getUrn()),
          state(request.getId(), request.getOldInputs(), request.getOlds()),
          fromStruct(request.getNews()),
        ),
      ),
    ),

    create: answer(async (request: Message<"CreateRequest">, peer) => {
      const { id, outputs } = await configured(peer).create(
        resourceId(request.getUrn()),
        fromStruct(request.getProperties()),
        request.getPreview(),
      );
      return new rpc.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),

    read: answer((request: Message<"ReadRequest">, peer) => {
      const found = configured(peer).read(
        resourceId(request.getUrn()),
        state(request.getId(), request.getInputs(), request.getProperties()),
      );
      if (!found) return new rpc.ReadResponse();
      return new rpc.ReadResponse()
        .setId(found.id)
        .setProperties(toStruct(found.outputs))
        .setInputs(toStruct(found.inputs));
    }),

    update: answer(async (request: Message<"UpdateRequest">, peer) => {
      const outputs = await configured(peer).update(
        resourceId(request.getUrn()),
        state(request.getId(), request.getOldInputs(), request.getOlds()),
        fromStruct(request.getNews()),
        request.getPreview(),
      );
      return new rpc.UpdateResponse().setProperties(toStruct(outputs));
    }),

    delete: answer(async (request: Message<"DeleteRequest">, peer) => {
      await configured(peer).delete(
        resourceId(request.getUrn()),
        state(request.getId(), request.getOldInputs(), request.getProperties()),
      );
      return done();
    }),

    invoke: answer((request: Message<"InvokeRequest">, peer) => {
      const result = configured(peer).invoke(request.getTok(), fromStruct(request.getArgs()));
      return new rpc.InvokeResponse().setReturn(toStruct(result));
    }),

    // Nothing takes so long that it could be cancelled.
    cancel: answer(done),
  };
}

type Message<Name extends keyof typeof rpc> = (typeof rpc)[Name] extends new () => infer M ? M : never;

const Changes = rpc.DiffResponse.DiffChanges;

function resourceId(urn: string): ResourceId {
  const [, , types = "", ...name] = urn.split("::");
  return { urn, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function state(id: string, inputs: Struct | undefined, outputs: Struct | undefined) {
  return { id, inputs: fromStruct(inputs), outputs: fromStruct(outputs) };
}

function isEmpty(struct: Struct): boolean {
  return struct.getFieldsMap().getLength() === 0;
}

/** Without a property: the engine would print its whole value. */
function failures(reasons: readonly string[]) {
  return reasons.map((reason) => new rpc.CheckFailure().setReason(reason));
}

function diffResponse({ changes, replacing, deleteBeforeReplace }: Difference) {
  const response = new rpc.DiffResponse()
    .setChanges(changes.length > 0 ? Changes.DIFF_SOME : Changes.DIFF_NONE)
    .setDiffsList(outermost(changes))
    .setReplacesList(outermost(changes.filter((change) => replacing.has(change))))
    .setHasdetaileddiff(true)
    .setDeletebeforereplace(deleteBeforeReplace);
  for (const change of changes) {
    const detail = new rpc.PropertyDiff().setKind(kind(change, replacing.has(change))).setInputdiff(true);
    response.getDetaileddiffMap().set(written(change.path), detail);
  }
  return response;
}

function outermost(changes: readonly Change[]): string[] {
  return [...new Set(changes.map(({ path }) => `${path[0]}`))];
}

function kind(change: Change, replaces: boolean) {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = rpc.PropertyDiff.Kind;
  if (change.kind === "add") return replaces ? ADD_REPLACE : ADD;
  if (change.kind === "delete") return replaces ? DELETE_REPLACE : DELETE;
  return replaces ? UPDATE_REPLACE : UPDATE;
}
