/** The `dns` monitor: asks a name server and reports what blackbox_exporter reports, under the same names. */
import { randomInt } from "node:crypto";
import { getServers } from "node:dns";
import { isIP } from "node:net";
import { type Clock, systemClock } from "../../storage/clock.ts";
import { compileSearch } from "../../storage/regex.ts";
import type { Look, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import { addressesOf, type Place, parsePlace, placeOf } from "../probe/place.ts";
import { createStopwatch } from "../probe/stopwatch.ts";
import { LookFailed, type Reason, reasonOf } from "../reason.ts";
import { ASK_PARTS, type Asking, askByTcp, askByUdp } from "./ask.ts";
import type { Answer } from "./message.ts";
import { type DnsOptions, dnsOptions } from "./options.ts";

const PORT = 53;

export const dns: MonitorKind<DnsOptions> = createDnsKind({
  systemServers: getServers,
  clock: systemClock,
});

/** What the kind takes from the machine. */
interface Machine {
  /** The system's name servers, as `dns.getServers()` lists them. */
  readonly systemServers: () => readonly string[];
  /** On which it waits before it asks again. */
  readonly clock: Pick<Clock, "sleep">;
}

/** The kind, over a machine. */
export function createDnsKind(machine: Machine): MonitorKind<DnsOptions> {
  return {
    kind: "dns",
    summary: {
      zh: "向域名服务器查询一条记录：是否应答、耗时、答案对不对",
      en: "asks a name server for a record: does it answer, how long it takes, is the answer right",
    },
    example: {
      zh: "域名 example.com query_type=MX",
      en: "dns example.com query_type=MX",
    },
    options: dnsOptions,
    intervalMs: 60_000,
    timeoutMs: 10_000,
    target: "query_name",
    instance({ query_name, query_type, server }) {
      const type = query_type === "A" ? "" : `/${query_type}`;
      return `dns://${query_name}${type}${server === undefined ? "" : `@${server}`}`;
    },
    hosts: ({ server }) => (server === undefined ? [] : [placeOf(server).host]),
    create: (options, world) => ({ look: (signal) => probe(options, world, machine, signal) }),
  };
}

async function probe(
  options: DnsOptions,
  world: MonitorWorld,
  { systemServers, clock }: Machine,
  signal: AbortSignal,
): Promise<Look> {
  const watch = createStopwatch<keyof typeof ASK_PARTS>(ASK_PARTS, world.elapsed);
  let family = 0;
  let answer: Answer | undefined;
  const readings = (success: boolean): Reading[] => [
    ...watch.readings("probe_dns_duration_seconds", success),
    { name: "probe_ip_protocol", value: family },
    ...answerReadings(answer),
  ];
  try {
    const place = options.server === undefined ? systemServer(systemServers) : placeOf(options.server);
    // The system's own server is nobody's choice in chat: it need not pass the guard.
    const addresses =
      options.server === undefined
        ? [{ address: place.host, family: isIP(place.host) }]
        : await addressesOf(place.host, {
            network: world.network,
            ipVersion: options.ip_version,
            watch,
            signal,
          });
    const [first] = addresses;
    if (first === undefined) throw new LookFailed({ code: "dns", detail: `${place.host}: no address` });
    family = first.family;
    const asking: Asking = {
      server: { address: first.address, port: place.port },
      question: {
        id: randomInt(65_536),
        name: asked(options),
        type: options.query_type,
        recursion: options.recursion_desired ?? true,
      },
      watch,
      signal,
      clock,
    };
    answer = await (options.transport_protocol === "tcp" ? askByTcp(asking) : askByUdp(asking));
    const failure = judge(answer, options);
    return failure === undefined ? { readings: readings(true) } : { readings: readings(false), failure };
  } catch (thrown) {
    return { readings: readings(false), failure: reasonOf(thrown) };
  }
}

function systemServer(systemServers: () => readonly string[]): Place {
  const [first] = systemServers();
  const place = first === undefined ? undefined : parsePlace(first, PORT);
  if (place === undefined) throw new LookFailed({ code: "dns", detail: "the system names no name server" });
  return place;
}

/** The name in the question; that of an address where PTR is asked for. */
function asked({ query_name, query_type }: DnsOptions): string {
  const family = isIP(query_name);
  if (query_type !== "PTR" || family === 0) return query_name;
  if (family === 4) return `${query_name.split(".").reverse().join(".")}.in-addr.arpa`;
  const [head = "", tail = ""] = query_name.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const digits = [...left, ...zeros, ...right].map((group) => group.padStart(4, "0")).join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

function answerReadings(answer: Answer | undefined): Reading[] {
  const readings: Reading[] = [
    { name: "probe_dns_query_succeeded", value: answer === undefined ? 0 : 1 },
    { name: "probe_dns_answer_rrs", value: answer?.counts.answer ?? 0 },
    { name: "probe_dns_authority_rrs", value: answer?.counts.authority ?? 0 },
    { name: "probe_dns_additional_rrs", value: answer?.counts.additional ?? 0 },
  ];
  if (answer?.serial !== undefined) readings.push({ name: "probe_dns_serial", value: answer.serial });
  return readings;
}

function judge(answer: Answer, options: DnsOptions): Reason | undefined {
  const good: readonly string[] = options.expected_rcode ?? ["NOERROR"];
  if (!good.includes(answer.rcode)) return { code: "bad_rcode", detail: answer.rcode };
  const { records } = answer;
  const shown = records.length === 0 ? "none" : records.join(", ").slice(0, 200);
  const { expected_answer, answer_matches } = options;
  if (expected_answer !== undefined) {
    const wanted = new Set(expected_answer.map(plain));
    const found = new Set(records.map(plain));
    if (wanted.size !== found.size || [...wanted].some((one) => !found.has(one)))
      return { code: "wrong_answer", detail: `found ${shown}` };
  }
  if (answer_matches !== undefined) {
    const matches = compileSearch(answer_matches);
    if (records.length === 0 || !records.every((one) => matches(one)))
      return { code: "wrong_answer", detail: `found ${shown}` };
  }
  // No record of the type where one is asked for is no answer, unless that is what was expected.
  if (records.length === 0 && answer.rcode === "NOERROR" && options.expected_rcode === undefined)
    return { code: "wrong_answer", detail: `there is no ${options.query_type} record` };
  return undefined;
}

/** Names have no case, and the dot at their end is a matter of taste. */
function plain(record: string): string {
  return record.toLowerCase().replace(/\.$/, "");
}
