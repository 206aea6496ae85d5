/**
 * Forms a Redis Cluster of running nodes where there is none of just these, and waits until it is whole: every slot
 * covered and every replica in sync. Run as `node redis-cluster.ts <redis-cli> <host:port>...` with the
 * password in REDISCLI_AUTH and the number of replicas a primary in REPLICAS_PER_SHARD.
 */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const [client = "", ...nodes] = process.argv.slice(2);
const replicasPerShard = process.env.REPLICAS_PER_SHARD ?? "0";
const shards = nodes.length / (1 + Number(replicasPerShard));

async function ask(node: string, ...command: string[]): Promise<string> {
  const [host = "", port = ""] = node.split(":");
  return (await run(client, ["-h", host, "-p", port, ...command])).stdout;
}

/** What `INFO` and `CLUSTER INFO` print: a `field:value` a line. */
async function fields(node: string, ...command: string[]): Promise<Map<string, string>> {
  const lines = (await ask(node, ...command)).split(/\r?\n/);
  return new Map(lines.map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1)]));
}

/** What this node finds wrong with the cluster; undefined when nothing is. */
async function flaw(node: string): Promise<string | undefined> {
  const [cluster, replication, members] = await Promise.all([
    fields(node, "cluster", "info"),
    fields(node, "info", "replication"),
    ask(node, "cluster", "nodes").then((text) => text.trim().split("\n")),
  ]);
  if (members.length !== nodes.length) return `knows ${members.length} of ${nodes.length} nodes`;
  if (cluster.get("cluster_slots_ok") !== "16384")
    return `${cluster.get("cluster_slots_ok")} of 16384 slots covered`;
  if (cluster.get("cluster_size") !== `${shards}`)
    return `${cluster.get("cluster_size")} of ${shards} shards`;
  const lost = members.find((line) => /fail|handshake|noaddr|disconnected/.test(line));
  if (lost) return `has lost ${lost.split(" ")[1]}`;
  const isReplica = replication.get("role") === "slave";
  if (isReplica && replication.get("master_link_status") !== "up") return "replica not in sync";
  return undefined;
}

/** Waits until no node finds a flaw; returns the last one found when it takes longer. */
async function untilWhole(seconds: number): Promise<string | undefined> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const flaws = await Promise.all(nodes.map(async (node) => [node, await flaw(node)] as const));
    const first = flaws.find(([, text]) => text);
    if (!first) return undefined;
    if (Date.now() > deadline) return first.join(": ");
    await sleep(100);
  }
}

async function form(): Promise<void> {
  for (const node of nodes) {
    await ask(node, "flushall");
    await ask(node, "cluster", "reset", "hard");
  }
  await run(client, [
    "--cluster",
    "create",
    ...nodes,
    "--cluster-replicas",
    replicasPerShard,
    "--cluster-yes",
  ]);
}

const known = (await fields(nodes[0] ?? "", "cluster", "info")).get("cluster_known_nodes");
let remaining =
  known === `${nodes.length}` ? await untilWhole(20) : `${known} of ${nodes.length} nodes know each other`;
if (remaining) {
  // New, resized, or broken beyond its own healing: a cache is formed anew.
  console.log(`forming the cluster (${remaining})`);
  await form();
  remaining = await untilWhole(30);
}
if (remaining) throw new Error(`the cluster is not whole: ${remaining}`);
console.log(`${shards} shards, ${nodes.length} nodes, every slot covered`);
