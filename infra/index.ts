/** The program: settings → platform → outputs. */
import * as pulumi from "@pulumi/pulumi";
import { findServers } from "../tools/setup/servers.ts";
import { LocalPlatform } from "./local/platform.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings(pulumi.getStack(), pulumi.runtime.allConfig());

if (settings.environment !== "local") {
  throw new Error(`Environment "${settings.environment}" has no platform yet; "local" has.`);
}

const isRoot = process.getuid?.() === 0;
const platform = new LocalPlatform("platform", {
  settings,
  programs: findServers(),
  ...(isRoot && { postgresUser: "postgres" }),
});

export const { url, prometheusUrl, instanceUrls, connections } = platform;
