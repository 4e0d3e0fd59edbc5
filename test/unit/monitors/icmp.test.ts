import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createIcmpKind, icmp } from "../../../monitors/icmp/icmp.ts";
import { systemPing } from "../../../monitors/icmp/ping.ts";
import { monitorSchema } from "../../../monitors/index.ts";
import { createNetwork } from "../../../monitors/network.ts";
import { explainReason } from "../../../monitors/reason.ts";
import { withPing } from "../../support/fake-ping.ts";
import { lookOnce, loopbackNetwork, type Probed, type ProbeWorld } from "../../support/probe.ts";

const look = (script: string, options: object = {}, world?: ProbeWorld, platform?: string): Promise<Probed> =>
  withPing(
    script,
    (tool) => lookOnce(createIcmpKind(tool), { target: "127.0.0.1", ...options }, world),
    platform,
  );

/** What each `ping` prints for one request that is answered. */
const outputs: readonly [name: string, text: string, rtt: number, hops: number | undefined][] = [
  [
    "iputils",
    `PING 1.1.1.1 (1.1.1.1) 56(84) bytes of data.
64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=4.25 ms

--- 1.1.1.1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 207ms
rtt min/avg/max/mdev = 4.250/4.250/4.250/0.000 ms`,
    0.00425,
    57,
  ],
  [
    "busybox",
    `PING 1.1.1.1 (1.1.1.1): 56 data bytes
64 bytes from 1.1.1.1: seq=0 ttl=57 time=4.250 ms

--- 1.1.1.1 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 4.250/4.250/4.250 ms`,
    0.00425,
    57,
  ],
  [
    "macOS, IPv6",
    `PING6(56=40+8+8 bytes) ::1 --> ::1
16 bytes from ::1, icmp_seq=0 hlim=64 time=0.055 ms

1 packets transmitted, 1 packets received, 0.0% packet loss
round-trip min/avg/max/std-dev = 0.055/0.055/0.055/0.000 ms`,
    0.000055,
    64,
  ],
  [
    "Windows in Chinese",
    `正在 Ping 1.1.1.1 具有 32 字节的数据:
来自 1.1.1.1 的回复: 字节=32 时间=4ms TTL=57

    数据包: 已发送 = 1，已接收 = 1，丢失 = 0 (0% 丢失)，
    最短 = 4ms，最长 = 4ms，平均 = 4ms`,
    0.004,
    57,
  ],
  ["Windows, fast", "Reply from ::1: time<1ms ", 0.001, undefined],
];

test.each(outputs)("what the ping of %s prints is understood", async (_name, text, rtt, hops) => {
  const found = await look(`cat <<'END'\n${text}\nEND`);
  expect(found.failure).toBeUndefined();
  expect(found.value("probe_success")).toBe(1);
  expect(found.value("probe_icmp_duration_seconds", "rtt")).toBeCloseTo(rtt, 9);
  expect(found.value("probe_icmp_reply_hop_limit")).toBe(hops);
  expect(found.value("probe_icmp_packet_loss_percent")).toBe(0);
  expect(found.value("probe_ip_protocol")).toBe(4);
});

test("replies that are lost are counted, and one that comes twice is not", async () => {
  const found = await look(
    `echo "64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=2 ms"
     echo "64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=2 ms (DUP!)"
     echo "64 bytes from 1.1.1.1: icmp_seq=4 ttl=57 time=4 ms"; exit 0`,
    { count: 4 },
  );
  expect(found.failure).toBeUndefined();
  expect(found.value("probe_icmp_packet_loss_percent")).toBe(50);
  expect(found.value("probe_icmp_duration_seconds", "rtt")).toBeCloseTo(0.003, 9);
});

test("it is started with fixed arguments and the address that was checked", async () => {
  const said = `echo "$# $*" | sed 's/ /+/g' >&2; exit 1`;
  const network = loopbackNetwork({ "shop.test": "127.0.0.9" });
  const linux = await look(said, { target: "shop.test", count: 3 }, { network });
  expect(linux.failure).toEqual({ code: "packet_loss", detail: "5+-c+3+-W+3+127.0.0.9" });
  const mac = await look(said, {}, {}, "darwin");
  expect(mac.failure?.detail).toBe("5+-c+1+-W+3000+127.0.0.1");
  const windows = await look(said, {}, {}, "win32");
  expect(windows.failure?.detail).toBe("5+-n+1+-w+3000+127.0.0.1");
});

describe("no reply", () => {
  test("is a packet that was lost, and all of the loss is told", async () => {
    const found = await look('echo "1 packets transmitted, 0 received, 100% packet loss, time 0ms"; exit 1');
    expect(found.failure).toEqual({ code: "packet_loss", detail: "0 of 1 replies" });
    expect(found.value("probe_success")).toBe(0);
    expect(found.value("probe_icmp_packet_loss_percent")).toBe(100);
  });

  test("because a router says so: unreachable", async () => {
    const found = await look('echo "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable"; exit 1');
    expect(found.failure?.code).toBe("unreachable");
    const other = await look('echo "ping: connect: Network is unreachable" >&2; exit 2');
    expect(other.failure?.code).toBe("unreachable");
  });

  test("because the system does not permit it: how to allow it is said, in both languages", async () => {
    for (const words of [
      "ping: socket: Operation not permitted",
      "ping: permission denied (are you root?)",
    ]) {
      const { failure } = await look(`echo "${words}" >&2; exit 2`);
      expect(failure?.code).toBe("unsupported");
      if (failure === undefined) continue;
      const { zh, en } = explainReason(failure);
      for (const text of [zh, en]) expect(text).toMatch(/ping_group_range.*setcap cap_net_raw/);
    }
  });

  test("because there is no ping: how to install it is said", async () => {
    const kind = createIcmpKind({ paths: ["/nowhere/ping"], platform: "linux" });
    const { failure } = await lookOnce(kind, { target: "127.0.0.1" });
    expect(failure?.code).toBe("unsupported");
    if (failure !== undefined) expect(explainReason(failure).zh).toContain("iputils-ping");
  });
});

describe("a ping", () => {
  test("that hangs is ended in time", async () => {
    const found = await look("exec sleep 1000", {}, { timeoutMs: 300 });
    expect(found.failure).toMatchObject({ code: "timeout", detail: /waiting for a reply/ });
  });

  test("that is ended in time still tells of the replies that came", async () => {
    const line = "64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=2 ms";
    const found = await look(`echo "${line}"; exec sleep 1000`, { count: 2 }, { timeoutMs: 5_000 });
    expect(found.failure).toBeUndefined();
    expect(found.value("probe_icmp_packet_loss_percent")).toBe(50);
  });

  test("that never stops talking is ended", async () => {
    const found = await look("exec yes", {}, { timeoutMs: 20_000 });
    expect(found.failure?.code).toBe("packet_loss");
  });

  test("that says what is no text is quoted in plain letters", async () => {
    const found = await look("printf '\\377\\033[31m bad' >&2; exit 2");
    expect(found.failure?.detail).toBe("??[31m bad");
  });
});

describe("where it may go", () => {
  test("an address that is not allowed is not pinged, also behind a name", async () => {
    const network = createNetwork({ resolve: async () => [{ address: "10.0.0.1", family: 4 }] });
    for (const target of ["10.0.0.1", "inner.test", "0xa.1", "::ffff:10.0.0.1"]) {
      const found = await look("echo time=1 ms", { target }, { network });
      expect(found.failure?.code, target).toBe("forbidden_address");
    }
  });

  test.each(["", "-f", "a b", "a;b", "$(id)", "-c 5 a", "a/24", "a:1", "http://a"])(
    "%j is no host",
    (target) => {
      expect(monitorSchema.safeParse({ name: "a", kind: "icmp", target }).success).toBe(false);
    },
  );
});

test.skipIf(!systemPing("linux").paths.some(existsSync))(
  "this very machine replies (skipped where there is no ping)",
  async () => {
    const found = await lookOnce(icmp, { target: "127.0.0.1" });
    // A container may forbid it; then the reason must say so.
    if (found.failure !== undefined) expect(found.failure.code).toBe("unsupported");
    else expect(found.value("probe_icmp_duration_seconds", "rtt")).toBeGreaterThan(0);
  },
);
