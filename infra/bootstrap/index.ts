/** The program: settings → bootstrap → outputs. */
import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "../program.ts";
import { Bootstrap } from "./bootstrap.ts";
import { readSettings } from "./settings.ts";

export default () =>
  runProgram(() => {
    const stack = pulumi.getStack();
    const settings = readSettings(stack, pulumi.runtime.allConfig());
    const { state, roles: pipelineRoles, accountIds } = new Bootstrap("keelson", { stack, settings });
    const { backendUrl, secretsProvider } = state;
    return { backendUrl, secretsProvider, accountIds, pipelineRoles };
  });
