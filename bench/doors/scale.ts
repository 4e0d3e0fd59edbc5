/** 100,000 active alerts: whether all of them are there, and how long the process stands still at most. */
import { CONNECTIONS, flood } from "./flood.ts";
import { startPeer } from "./peer.ts";
import { get, send } from "./sender.ts";
import { openSink } from "./sink.ts";

const ALERTS = 100_000;
const PER_POST = 64;

export async function scale(): Promise<void> {
  const sink = await openSink();
  const peer = await startPeer("gengfu", sink.url);
  let doing = "";
  let over = false;
  const longest = new Map<string, number>();
  const asking = (async () => {
    while (!over) {
      const during = doing;
      const { tookMs } = await send(peer.port, [get("/healthz")], 1);
      longest.set(during, Math.max(longest.get(during) ?? 0, tookMs[0] ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const requests = flood(ALERTS, PER_POST);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  try {
    doing = "the flood";
    await send(peer.port, requests, CONNECTIONS);
    doing = "drawing";
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    doing = "the same again";
    await send(peer.port, requests, CONNECTIONS);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    doing = "GET alerts, all";
    await send(peer.port, [get("/api/v2/alerts")], 1);
    // What follows keeps this process busy, which is no wait of the other's.
    doing = "";
    const answer = await fetch(`http://127.0.0.1:${peer.port}/api/v2/alerts`);
    const all = (await answer.json()) as { status: { state: string } }[];
    const drawn = all.filter(({ status }) => status.state === "active").length;
    console.log(`\n100,000 active: ${all.length} listed, ${drawn} drawn; ${peer.rssMb().toFixed(0)} MB RSS`);
  } finally {
    over = true;
    await asking;
    await peer.end();
    sink.close();
  }
  longest.delete("");
  for (const [during, ms] of longest)
    console.log(`  longest wait for /healthz during ${during}: ${ms.toFixed(0)} ms`);
}
