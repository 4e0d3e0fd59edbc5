/** The `icmp` monitor: does a host answer echo requests, how fast, and how many get lost? */
import { platform } from "node:os";
import { z } from "zod";
import type { Text } from "../../storage/locale.ts";
import type { Look, MonitorKind, MonitorWorld, Reading } from "../monitor.ts";
import { addressesOf, hostOption, ipVersionOption } from "../probe/place.ts";
import { createStopwatch } from "../probe/stopwatch.ts";
import { LookFailed, reasonOf } from "../reason.ts";
import { NoPing, type Pinged, type PingTool, ping, systemPing } from "./ping.ts";

const icmpOptions = z.strictObject({
  target: hostOption,
  /** How many requests a look sends, a second apart. */
  count: z.int().min(1).max(5).default(1),
  ip_version: ipVersionOption,
});

type IcmpOptions = z.output<typeof icmpOptions>;

const PARTS = { resolve: "the name to resolve", setup: "a reply" };

export const icmp: MonitorKind<IcmpOptions> = createIcmpKind(systemPing(platform()));

/** The kind, over what a machine has to send echo requests with. */
export function createIcmpKind(tool: PingTool): MonitorKind<IcmpOptions> {
  return {
    kind: "icmp",
    summary: {
      zh: "ping 一台主机：是否回应、往返时间、丢包",
      en: "pings a host: does it reply, how fast, how many replies are lost",
    },
    example: {
      zh: "ping example.com",
      en: "ping example.com",
    },
    options: icmpOptions,
    intervalMs: 30_000,
    timeoutMs: 10_000,
    target: "target",
    instance: ({ target }) => `icmp://${target}`,
    hosts: ({ target }) => [target],
    create: (options, world) => ({ look: (signal) => probe(options, tool, world, signal) }),
  };
}

async function probe(
  options: IcmpOptions,
  tool: PingTool,
  world: MonitorWorld,
  signal: AbortSignal,
): Promise<Look> {
  const watch = createStopwatch<keyof typeof PARTS>(PARTS, world.elapsed);
  let family = 0;
  let pinged: Pinged | undefined;
  const readings = (success: boolean): Reading[] => [
    ...watch.readings("probe_icmp_duration_seconds", success),
    { name: "probe_ip_protocol", value: family },
    ...(pinged === undefined ? [] : echoReadings(pinged, options.count)),
  ];
  try {
    const about = { network: world.network, ipVersion: options.ip_version, watch, signal };
    const [first] = await addressesOf(options.target, about);
    if (first === undefined) throw new LookFailed({ code: "dns", detail: `${options.target}: no address` });
    family = first.family;
    watch.enter("setup");
    pinged = await ping(tool, first.address, options.count, signal);
    if (pinged.echoes.length > 0) return { readings: readings(true) };
    throw signal.aborted ? watch.timeUp() : silence(pinged.complaint, options.count);
  } catch (thrown) {
    const failure = thrown instanceof NoPing ? missing() : reasonOf(thrown);
    return { readings: readings(false), failure };
  }
}

function echoReadings({ echoes }: Pinged, count: number): Reading[] {
  const lost = Math.max(0, count - echoes.length) / count;
  const readings: Reading[] = [{ name: "probe_icmp_packet_loss_percent", value: lost * 100 }];
  const [first] = echoes;
  if (first === undefined) return readings;
  const mean = echoes.reduce((sum, { rttMs }) => sum + rttMs, 0) / echoes.length;
  readings.push({ name: "probe_icmp_duration_seconds", labels: { phase: "rtt" }, value: mean / 1000 });
  if (first.hopLimit !== undefined)
    readings.push({ name: "probe_icmp_reply_hop_limit", value: first.hopLimit });
  return readings;
}

/** Why there was no reply, as far as `ping` knows. */
function silence(complaint: string, count: number): LookFailed {
  if (/not permitted|permission denied|cap_net_raw|must be root/i.test(complaint))
    return new LookFailed({ code: "unsupported", detail: complaint, text: notPermitted(complaint) });
  if (/unreachable|no route/i.test(complaint))
    return new LookFailed({ code: "unreachable", detail: complaint });
  if (complaint !== "") return new LookFailed({ code: "packet_loss", detail: complaint });
  return new LookFailed({ code: "packet_loss", detail: `0 of ${count} replies` });
}

function missing() {
  const text: Text = {
    zh: "本机没有 ping 命令。请管理员安装：Debian/Ubuntu 用 apt install iputils-ping，Alpine 自带，RHEL 用 dnf install iputils",
    en: "this machine has no ping. An administrator installs it: apt install iputils-ping on Debian and Ubuntu, dnf install iputils on RHEL",
  };
  return { code: "unsupported", detail: "there is no ping on this machine", text } as const;
}

function notPermitted(complaint: string): Text {
  const how = 'sysctl -w net.ipv4.ping_group_range="0 2147483647"';
  return {
    zh: `本机不允许 ping（${complaint}）。请管理员执行 ${how}，或 setcap cap_net_raw+ep $(command -v ping)；容器则加 --cap-add NET_RAW`,
    en: `this machine does not permit ping (${complaint}). An administrator runs ${how}, or setcap cap_net_raw+ep $(command -v ping); a container wants --cap-add NET_RAW`,
  };
}
