/** The `tcp` monitor: does a port take connections, and does it say what it should? */
import { compileSearch } from "../../storage/regex.ts";
import type { Look, MonitorKind, MonitorWorld } from "../monitor.ts";
import { seenOf, type TlsSeen, tlsReadings } from "../probe/certificate.ts";
import { familyOf } from "../probe/dial.ts";
import { addressesOf, placeOf } from "../probe/place.ts";
import { askForTls } from "../probe/starttls.ts";
import { createStopwatch } from "../probe/stopwatch.ts";
import { converse, TALK_PARTS, type Talk, type TalkPhase } from "../probe/talk.ts";
import { tlsConnection } from "../probe/tls-options.ts";
import { reasonOf } from "../reason.ts";
import { type TcpOptions, tcpOptions } from "./options.ts";

export const tcp: MonitorKind<TcpOptions> = {
  kind: "tcp",
  summary: {
    zh: "连接一个 TCP 端口：能否连上、耗时，也可以发一段话等回答",
    en: "connects to a TCP port: does it answer, how long it takes, and does it say what it should",
  },
  example: {
    zh: "端口 db.example:5432",
    en: "tcp db.example:5432",
  },
  options: tcpOptions,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  target: "target",
  fileOnly: ["tls_config"],
  secrets: ["send", "query_response.send"],
  instance: ({ target }) => `tcp://${target}`,
  hosts: ({ target }) => [placeOf(target).host],
  create: (options, world) => ({ look: (signal) => probe(options, world, signal) }),
};

/** What is known so far. */
interface Notes {
  family: number;
  tls: TlsSeen | undefined;
}

async function probe(options: TcpOptions, world: MonitorWorld, signal: AbortSignal): Promise<Look> {
  const watch = createStopwatch<TalkPhase>(TALK_PARTS, world.elapsed);
  const notes: Notes = { family: 0, tls: undefined };
  const { host, port } = placeOf(options.target);
  const seen = (success: boolean): Look["readings"] => [
    ...watch.readings("probe_tcp_duration_seconds", success),
    { name: "probe_ip_protocol", value: notes.family },
    ...tlsReadings(notes.tls),
  ];
  try {
    const about = { network: world.network, ipVersion: options.ip_version, watch, signal };
    const addresses = await addressesOf(host, about);
    await converse({ to: { host, port, addresses }, watch, signal }, (talk) =>
      talkThrough(talk, options, world, notes),
    );
    return { readings: [...seen(true), ...failedByAnswer(options, false)] };
  } catch (thrown) {
    const failure = reasonOf(thrown);
    return {
      readings: [...seen(false), ...failedByAnswer(options, failure.code === "no_match")],
      failure,
    };
  }
}

async function talkThrough(
  talk: Talk,
  options: TcpOptions,
  world: MonitorWorld,
  notes: Notes,
): Promise<void> {
  notes.family = familyOf(talk.socket());
  const { host } = placeOf(options.target);
  const handshake = async (): Promise<void> => {
    notes.tls = seenOf(await talk.startTls(host, tlsConnection(options.tls_config, world.certificates)));
  };
  if (options.tls === true) await handshake();
  else if (options.starttls !== undefined) {
    await askForTls(talk, options.starttls);
    await handshake();
  }
  const { send, expect } = options;
  for (const step of [...(options.query_response ?? []), { send }, { expect }]) {
    if ("expect" in step && step.expect !== undefined) await talk.hear(compileSearch(step.expect));
    if ("send" in step && step.send !== undefined) talk.send(bytesOf(step.send));
    if ("starttls" in step && step.starttls === true) await handshake();
  }
}

function failedByAnswer(options: TcpOptions, failed: boolean): Look["readings"] {
  const expects = options.expect !== undefined || options.query_response !== undefined;
  return expects ? [{ name: "probe_failed_due_to_regex", value: failed ? 1 : 0 }] : [];
}

const ESCAPES: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "\\": "\\" };

/** What is sent: UTF-8, with C's escapes, so that one line of chat can say a line break or any byte. */
function bytesOf(text: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const found of text.matchAll(/\\(?:([rnt\\])|x([0-9a-f]{2}))/gi)) {
    const [all, letter, hex] = found;
    parts.push(Buffer.from(text.slice(from, found.index)));
    parts.push(
      hex === undefined
        ? Buffer.from(ESCAPES[(letter ?? "").toLowerCase()] ?? all)
        : Buffer.from([Number.parseInt(hex, 16)]),
    );
    from = found.index + all.length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}
