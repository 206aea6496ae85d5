/** Serves the stand-ins to the engine, which attaches to them instead of starting the providers' plug-ins. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { awsStandIn } from "./aws/provider.ts";
import { engineService } from "./engine-service.ts";
import { randomStandIn } from "./random.ts";
import type { Command, StandIn } from "./stand-in.ts";
import { World } from "./world.ts";

/** The providers that have a stand-in, by Pulumi package. */
const standIns: Readonly<Record<string, (world: World) => StandIn>> = {
  aws: awsStandIn,
  random: randomStandIn,
};

export interface ServedStandIns {
  /** What the engine's environment needs beside its own, so that it attaches to them. */
  readonly environment: { readonly PULUMI_DEBUG_PROVIDERS: string };
  /** Ends the servers; a command under way fails. */
  close(): Promise<void>;
}

/**
 * Serves a stand-in for every provider that has one, on free ports of 127.0.0.1. Any number of the engine's
 * commands may follow one another.
 *
 * @param worldFile where what lives is kept between commands; made with the first resource
 */
export async function serveStandIns({ worldFile }: { worldFile: string }): Promise<ServedStandIns> {
  const world = new World(worldFile);
  const commands = new Map<string, Command>();
  const servers = Object.entries(standIns).map(([name, standIn]) => {
    const server = new Server();
    server.addService(rpc.ResourceProviderService, engineService(standIn(world), commands));
    return { name, server };
  });
  const addresses = await Promise.all(
    servers.map(async ({ name, server }) => `${name}:${await listen(server)}`),
  );
  return {
    environment: { PULUMI_DEBUG_PROVIDERS: addresses.join(",") },
    async close() {
      for (const { server } of servers) server.forceShutdown();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}
