/** Status lines of a resource in the engine's display. */
import { credentials } from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

/** @param address where the engine listens, the first argument it gives to a plug-in */
export function engineLogger(address: string): (urn: string, text: string) => void {
  const engine = new engineRpc.EngineClient(address, credentials.createInsecure());
  return (urn, text) => {
    const request = new engineMessages.LogRequest();
    request.setSeverity(engineMessages.LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(true);
    engine.log(request, () => {});
  };
}
