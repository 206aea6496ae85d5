/** Whether a port of this machine is free to listen on. */
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a port may stay taken by what has just ended, in milliseconds. */
const grace = 2000;

/** @returns those of the ports on 127.0.0.1 that something listens on */
export async function takenPorts(ports: readonly number[]): Promise<number[]> {
  const taken = await Promise.all(ports.map(isTaken));
  return ports.filter((_, index) => taken[index]);
}

async function isTaken(port: number): Promise<boolean> {
  const deadline = Date.now() + grace;
  while (!(await canListen(port))) {
    if (Date.now() > deadline) return true;
    await sleep(100);
  }
  return false;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
