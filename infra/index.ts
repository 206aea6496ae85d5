/** The program: settings → platform → outputs. */
import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "./program.ts";
import { type CloudSettings, type LocalSettings, readSettings } from "./settings.ts";

export default () =>
  runProgram(() => {
    const settings = readSettings(pulumi.getStack(), pulumi.runtime.allConfig());
    return settings.environment === "local" ? local(settings) : cloud(settings);
  });

// Only the platform that is asked for is loaded, with its packages.

async function local(settings: LocalSettings): Promise<object> {
  const { findServers } = await import("../tools/setup/servers.ts");
  const { LocalPlatform } = await import("./local/platform.ts");
  const isRoot = process.getuid?.() === 0;
  const platform = new LocalPlatform("platform", {
    settings,
    programs: findServers(),
    ...(isRoot && { postgresUser: "postgres" }),
  });
  const { url, prometheusUrl, instanceUrls, connections } = platform;
  return { url, prometheusUrl, instanceUrls, connections };
}

async function cloud(settings: CloudSettings): Promise<object> {
  const { CloudPlatform } = await import("./cloud/platform.ts");
  return new CloudPlatform({ stack: pulumi.getStack(), settings }).outputs;
}
