/**
 * Gengfu where an Alertmanager stands: the same senders and the same sink, in turns, on fresh processes.
 * `node dist/bench/doors.js [rounds]`; needs Debian's prometheus-alertmanager. Prints medians and ratios, and beside
 * them what one thread of Node can do at all on this machine, see doors/floor.ts.
 */
import { CONNECTIONS, flood, GROUPS, overAlready } from "./doors/flood.ts";
import { isInstalled, PEERS, type Peer, type PeerName, startPeer } from "./doors/peer.ts";
import { scale } from "./doors/scale.ts";
import { get, post, type Sent, send } from "./doors/sender.ts";
import { openSink, type Sink } from "./doors/sink.ts";
import { median, quantile } from "./median.ts";

const ALERTS = 10_000;
const PER_POST = [1, 64, 200] as const;
const SILENCES = 1_000;
const rounds = Number(process.argv[2] ?? 3);

type Figures = Map<string, number[]>;

const figures: Record<PeerName, Figures> = { alertmanager: new Map(), gengfu: new Map(), floor: new Map() };

function note(peer: PeerName, what: string, value: number): void {
  const all = figures[peer].get(what);
  if (all === undefined) figures[peer].set(what, [value]);
  else all.push(value);
}

/** How long one new alert takes from the POST to the webhook, in milliseconds. */
async function probe(peer: Peer, sink: Sink, name: string): Promise<number> {
  const labels = { alertname: name, instance: "probe", severity: "critical" };
  const startedAt = performance.now();
  await send(peer.port, [post("/api/v2/alerts", [{ labels }])], 1);
  return (await sink.arrival(name)) - startedAt;
}

async function round(name: PeerName, perPost: number): Promise<void> {
  const sink = await openSink();
  const peer = await startPeer(name, sink.url);
  const say = (what: string, value: number): void => note(name, what, value);
  try {
    // It tells nobody.
    const tells = name !== "floor";
    if (tells)
      for (let i = 0; i < 60; i++) {
        const took = await probe(peer, sink, `Idle${i}`);
        // The first ones warm both up.
        if (i >= 10) say("POST to webhook, idle, ms", took);
      }
    // Neither is measured cold: these alerts are over, so nothing stays of them.
    await send(peer.port, overAlready(ALERTS, perPost), CONNECTIONS);
    // Neither has anything left to do from that when the flood begins.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const requests = flood(ALERTS, perPost);
    const probes: Promise<number>[] = [];
    const knock = (): unknown => tells && probes.push(probe(peer, sink, `Probe${probes.length}`));
    const probing = setInterval(knock, 50);
    const sent = await send(peer.port, requests, CONNECTIONS);
    clearInterval(probing);
    told(say, `new, ${perPost} per POST`, sent);
    for (const took of await Promise.all(probes)) say(`POST to webhook, flood at ${perPost}, ms`, took);
    for (let group = 0; tells && group < GROUPS; group++) await sink.arrival(`Flood${group}`);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    told(say, `again, ${perPost} per POST`, await send(peer.port, flood(ALERTS, perPost), CONNECTIONS));
    if (perPost === 64 && tells) await ask(peer, say);
  } finally {
    await peer.end();
    sink.close();
  }
}

function told(say: (what: string, value: number) => void, what: string, sent: Sent): void {
  if (sent.refused > 0) throw new Error(`${what}: ${sent.refused} POSTs were refused`);
  say(`${what}, alerts/s`, ALERTS / sent.seconds);
  say(`${what}, p99 of a POST, ms`, quantile(sent.tookMs, 0.99));
}

/** The questions, over the alerts of the flood. */
async function ask(peer: Peer, say: (what: string, value: number) => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  say("RSS with 10,000 active, MB", peer.rssMb());
  const some = get(`/api/v2/alerts?filter=${encodeURIComponent('instance="web-77.shop.example:9100"')}`);
  const time = async (what: string, request: Buffer, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) say(what, (await send(peer.port, [request], 1)).tookMs[0] ?? Number.NaN);
  };
  await time("GET alerts, one of them, ms", some, 10);
  await time("GET alerts, all, ms", get("/api/v2/alerts"), 5);
  const silence = (i: number): Buffer =>
    post("/api/v2/silences", {
      matchers: [
        { name: "instance", value: `web-${i * 3}.shop.example:9100`, isRegex: false, isEqual: true },
        { name: "job", value: "node|db", isRegex: true, isEqual: true },
      ],
      startsAt: new Date(Date.now() - 1_000).toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: "bench",
      comment: "bench",
    });
  for (const took of (
    await send(
      peer.port,
      Array.from({ length: SILENCES }, (_, i) => silence(i)),
      1,
    )
  ).tookMs)
    say("POST a silence, ms", took);
  await time("GET alerts, one of them, 1,000 silences, ms", some, 10);
  await time("GET alerts, all, 1,000 silences, ms", get("/api/v2/alerts"), 5);
}

if (!isInstalled()) {
  console.log("needs Debian's prometheus-alertmanager; without it there is nothing to compare with");
  process.exit(1);
}
for (let i = 0; i < rounds; i++)
  for (const perPost of PER_POST)
    for (const peer of i % 2 === 0 ? PEERS : [...PEERS].reverse()) await round(peer, perPost);

const columns = (...cells: readonly string[]): string => cells.map((cell) => cell.padStart(13)).join("");
console.log("medians".padEnd(46) + columns("alertmanager", "gengfu", "ratio", "floor", "floor ratio"));
for (const [what, values] of figures.gengfu) {
  const [theirs, ours] = [median(figures.alertmanager.get(what) ?? []), median(values)];
  const floor = median(figures.floor.get(what) ?? []);
  const cells = [theirs, ours, ours / theirs, floor, floor / theirs];
  console.log(what.padEnd(46) + columns(...cells.map((cell) => (Number.isNaN(cell) ? "" : cell.toFixed(2)))));
}

await scale();
