/** The program: settings → bootstrap → outputs. */
import * as pulumi from "@pulumi/pulumi";
import { Bootstrap } from "./bootstrap.ts";
import { readSettings } from "./settings.ts";

const stack = pulumi.getStack();
const settings = readSettings(stack, pulumi.runtime.allConfig());
const { state, roles: pipelineRoles, accountIds } = new Bootstrap("keelson", { stack, settings });

export const { backendUrl, secretsProvider } = state;
export { accountIds, pipelineRoles };
