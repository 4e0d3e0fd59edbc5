import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createDnsKind, dns } from "../../../monitors/dns/dns.ts";
import { decodeAnswer, encodeQuestion, type RecordType, TYPES } from "../../../monitors/dns/message.ts";
import { monitorSchema } from "../../../monitors/index.ts";
import { createNetwork } from "../../../monitors/network.ts";
import { systemClock } from "../../../storage/clock.ts";
import {
  answerTo,
  type NameServer,
  nameBytes,
  type Reply,
  recordBytes,
  serveNames,
} from "../../support/name-server.ts";
import { lookOnce, type Probed, type ProbeWorld } from "../../support/probe.ts";
import { serveRaw } from "../../support/web-server.ts";

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function serving(reply: Reply): Promise<NameServer> {
  const server = await serveNames(reply);
  servers.push(server);
  return server;
}

function ask({ port }: { port: number }, options: object = {}, world?: ProbeWorld): Promise<Probed> {
  return lookOnce(dns, { query_name: "shop.test", server: `127.0.0.1:${port}`, ...options }, world);
}

const address = (text: string): Buffer => recordBytes(TYPES.A, Buffer.from(text.split(".").map(Number)));

describe("a good answer", () => {
  test("gives blackbox_exporter's readings", async () => {
    const server = await serving((question) => [answerTo(question, { records: [address("192.0.2.1")] })]);
    const look = await ask(server);
    expect(look.failure).toBeUndefined();
    expect(look.value("probe_success")).toBe(1);
    expect(look.value("probe_dns_query_succeeded")).toBe(1);
    expect(look.value("probe_dns_answer_rrs")).toBe(1);
    expect(look.value("probe_dns_authority_rrs")).toBe(0);
    expect(look.value("probe_dns_additional_rrs")).toBe(0);
    expect(look.value("probe_dns_duration_seconds", "request")).toBeGreaterThan(0);
    expect(look.value("probe_ip_protocol")).toBe(4);
    expect(server.asked).toEqual({ udp: 1, tcp: 0 });
  });

  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
  const mail = nameBytes("Mail.Shop.test");
  const rows: readonly [type: RecordType, data: Buffer, text: string][] = [
    ["A", hex("c0000201"), "192.0.2.1"],
    ["AAAA", hex("20010db8 00000000 00000000 00000001"), "2001:db8::1"],
    ["CNAME", mail, "mail.shop.test"],
    ["NS", mail, "mail.shop.test"],
    ["MX", Buffer.concat([hex("000a"), mail]), "10 mail.shop.test"],
    // "mail" and a pointer to the name in the question.
    ["MX", hex("000a 04 6d61696c c00c"), "10 mail.shop.test"],
    [
      "TXT",
      Buffer.concat([hex("02 7631"), hex("03"), Buffer.from(" 正").subarray(0, 3), hex("01 a3")]),
      "v1 正",
    ],
    ["SRV", Buffer.concat([hex("0001 0002 0050"), mail]), "1 2 80 mail.shop.test"],
    ["CAA", Buffer.concat([hex("00 05"), Buffer.from("issueca.test")]), '0 issue "ca.test"'],
    [
      "SOA",
      Buffer.concat([mail, mail, hex("000007e9 00000001 00000002 00000003 00000004")]),
      "mail.shop.test mail.shop.test 2025 1 2 3 4",
    ],
  ];
  test.each(rows)("%s records are read (%#)", async (query_type, data, text) => {
    const records = [recordBytes(TYPES[query_type], data)];
    const server = await serving((question) => [answerTo(question, { records })]);
    const look = await ask(server, { query_type, expected_answer: text });
    expect(look.failure).toBeUndefined();
    expect(look.value("probe_dns_serial")).toBe(query_type === "SOA" ? 2025 : undefined);
  });

  test("that did not fit is asked for again by TCP", async () => {
    const server = await serving((question, transport) => [
      transport === "udp"
        ? answerTo(question, { truncated: true, records: [address("192.0.2.9").subarray(0, 5)] })
        : answerTo(question, { records: [address("192.0.2.1")] }),
    ]);
    expect((await ask(server, { expected_answer: "192.0.2.1" })).failure).toBeUndefined();
    expect(server.asked).toEqual({ udp: 1, tcp: 1 });
  });

  test("can be asked for by TCP at once", async () => {
    const server = await serving((question) => [answerTo(question, { records: [address("192.0.2.1")] })]);
    expect((await ask(server, { transport_protocol: "tcp" })).failure).toBeUndefined();
    expect(server.asked).toEqual({ udp: 0, tcp: 1 });
  });

  test("of the system's own server needs no leave", async () => {
    const server = await serving((question) => [answerTo(question, { records: [address("192.0.2.1")] })]);
    const kind = createDnsKind({ systemServers: () => [`127.0.0.1:${server.port}`], clock: systemClock });
    const network = createNetwork();
    expect((await lookOnce(kind, { query_name: "shop.test" }, { network })).failure).toBeUndefined();
    const none = await lookOnce(
      createDnsKind({ systemServers: () => [], clock: systemClock }),
      { query_name: "shop.test" },
      { network },
    );
    expect(none.failure?.code).toBe("dns");
  });
});

describe("what is expected", () => {
  const rows: readonly [
    options: object,
    rcode: number,
    found: readonly string[],
    failure: string | undefined,
  ][] = [
    [{}, 0, ["192.0.2.1"], undefined],
    [{}, 0, [], "wrong_answer"],
    [{}, 3, [], "bad_rcode"],
    [{}, 2, [], "bad_rcode"],
    [{ expected_rcode: "NXDOMAIN" }, 3, [], undefined],
    [{ expected_rcode: "NXDOMAIN" }, 0, ["192.0.2.1"], "bad_rcode"],
    [{ expected_rcode: ["NOERROR", "NXDOMAIN"] }, 0, [], undefined],
    [{ expected_answer: ["192.0.2.2", "192.0.2.1"] }, 0, ["192.0.2.1", "192.0.2.2"], undefined],
    [{ expected_answer: "192.0.2.1" }, 0, ["192.0.2.1", "192.0.2.2"], "wrong_answer"],
    [{ expected_answer: ["192.0.2.1", "192.0.2.2"] }, 0, ["192.0.2.1"], "wrong_answer"],
    [{ answer_matches: "^192\\.0\\.2\\." }, 0, ["192.0.2.1", "192.0.2.2"], undefined],
    [{ answer_matches: "^192\\.0\\.2\\." }, 0, ["192.0.2.1", "10.0.0.1"], "wrong_answer"],
    [{ answer_matches: "." }, 0, [], "wrong_answer"],
  ];
  test.each(rows)("%j of rcode %i and %j: %s", async (options, rcode, found, failure) => {
    const records = found.map(address);
    const look = await ask(await serving((question) => [answerTo(question, { rcode, records })]), options);
    expect(look.failure?.code).toBe(failure);
    expect(look.value("probe_success")).toBe(failure === undefined ? 1 : 0);
    expect(look.value("probe_dns_query_succeeded")).toBe(1);
  });

  test("the reason names what was found", async () => {
    const server = await serving((question) => [answerTo(question, { records: [address("10.0.0.1")] })]);
    const look = await ask(server, { expected_answer: "192.0.2.1" });
    expect(look.failure).toEqual({ code: "wrong_answer", detail: "found 10.0.0.1" });
  });
});

describe("a datagram that gets lost", () => {
  /** Waits that end at once, and how long they would have been. */
  function impatient() {
    const naps: number[] = [];
    const sleep = async (ms: number): Promise<void> => void naps.push(ms);
    return { naps, kind: createDnsKind({ systemServers: () => [], clock: { sleep } }) };
  }

  test("is sent again, the same question, twice at most", async () => {
    const { naps, kind } = impatient();
    const questions: string[] = [];
    const server = await serving((question) => {
      questions.push(question.toString("hex"));
      return questions.length < 3 ? [] : [answerTo(question, { records: [address("192.0.2.1")] })];
    });
    const options = { query_name: "shop.test", server: `127.0.0.1:${server.port}` };
    expect((await lookOnce(kind, options)).failure).toBeUndefined();
    expect(naps).toEqual([1_000, 2_000]);
    expect(questions).toHaveLength(3);
    expect(new Set(questions).size).toBe(1);
  });

  test("is not sent again once there is an answer, nor a fourth time where there is none", async () => {
    const good = await serving((question) => [answerTo(question, { records: [address("192.0.2.1")] })]);
    expect((await ask(good)).failure).toBeUndefined();
    expect(good.asked.udp).toBe(1);
    const { kind } = impatient();
    const deaf = await serving(() => []);
    const options = { query_name: "shop.test", server: `127.0.0.1:${deaf.port}` };
    expect((await lookOnce(kind, options, { timeoutMs: 100 })).failure?.code).toBe("timeout");
    expect(deaf.asked.udp).toBe(3);
  });
});

describe("faults", () => {
  test("a server that hangs: timeout", async () => {
    for (const transport_protocol of ["udp", "tcp"]) {
      const look = await ask(await serving(() => []), { transport_protocol }, { timeoutMs: 100 });
      expect(look.failure).toMatchObject({ code: "timeout", detail: /waiting for the answer/ });
      expect(look.value("probe_dns_query_succeeded")).toBe(0);
    }
  });

  test("a port where nobody listens: refused", async () => {
    const server = await serveNames(() => []);
    await server.close();
    for (const transport_protocol of ["udp", "tcp"])
      expect((await ask(server, { transport_protocol })).failure?.code).toBe("refused");
  });

  test("answers to other questions are not heard, however many", async () => {
    const server = await serving((question) => {
      const other = Buffer.from(question);
      other.writeUInt16BE((question.readUInt16BE(0) + 1) % 65_536, 0);
      const lie = answerTo(other, { records: [address("10.0.0.1")] });
      const truth = answerTo(question, { records: [address("192.0.2.1")] });
      return [...Array.from({ length: 50 }, () => lie), question, Buffer.from("x"), truth];
    });
    expect((await ask(server, { expected_answer: "192.0.2.1" })).failure).toBeUndefined();
  });

  test("the right number with another name is a bad answer", async () => {
    const server = await serving((question) => {
      const other = Buffer.from(question);
      other.write("flop", 13, "latin1");
      return [answerTo(other, { records: [address("10.0.0.1")] })];
    });
    expect((await ask(server)).failure).toEqual({
      code: "bad_answer",
      detail: "it answers another question",
    });
  });

  const garbage: readonly [what: string, bytes: (question: Buffer) => Buffer][] = [
    [
      "a message cut short",
      (question) => answerTo(question, { records: [address("1.2.3.4")] }).subarray(0, -2),
    ],
    [
      "a count without records",
      (question) => {
        const bytes = answerTo(question);
        bytes.writeUInt16BE(65_535, 6);
        return bytes;
      },
    ],
    [
      "a name in a circle",
      (question) =>
        answerTo(question, {
          records: [recordBytes(TYPES.A, Buffer.alloc(4)).fill(Buffer.from([0xc0, question.length]), 0, 2)],
        }),
    ],
    [
      "a record longer than the message",
      (question) => {
        const record = address("1.2.3.4");
        record.writeUInt16BE(9_999, 10);
        return answerTo(question, { records: [record] });
      },
    ],
    ["bytes that are no name", (question) => answerTo(question, { records: [Buffer.alloc(300, 0x80)] })],
  ];
  test.each(garbage)("%s: bad_answer, by UDP and by TCP", async (_what, bytes) => {
    const server = await serving((question) => [bytes(question)]);
    for (const transport_protocol of ["udp", "tcp"])
      expect((await ask(server, { transport_protocol })).failure?.code).toBe("bad_answer");
  });

  test("a TCP server that hangs up, resets or speaks something else has its own reason", async () => {
    const talks = { reset: 0, closed: 0, floods: 0 };
    const closes = await serveRaw((socket) => socket.end());
    const resets = await serveRaw((socket) => void socket.once("data", () => socket.resetAndDestroy()));
    const floods = await serveRaw((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 0xff))) talks.floods += 65_536;
      };
      socket.on("drain", pour);
      pour();
    });
    servers.push(closes, resets, floods);
    const code = async (server: { port: number }) =>
      (await ask(server, { transport_protocol: "tcp" })).failure?.code;
    expect(await code(closes)).toBe("reset");
    expect(await code(resets)).toBe("reset");
    expect(await code(floods)).toBe("bad_answer");
    expect(talks.floods).toBeLessThan(64 * 1024 * 1024);
  });

  test("whatever bytes come, the decoder gives an answer or an error", () => {
    const question = { id: 1, name: "shop.test", type: "MX", recursion: true } as const;
    const good = answerTo(encodeQuestion(question), {
      records: [recordBytes(TYPES.MX, Buffer.from("000a046d61696cc00c", "hex"))],
    });
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(good.length), (changes, length) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const cut = bytes.subarray(0, Math.max(12, length));
        try {
          expect(decodeAnswer(cut, question).records.length).toBeLessThan(good.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  test("a server that hangs does nothing to the question beside it", async () => {
    const hangs = await serving(() => []);
    const good = await serving((question) => [answerTo(question, { records: [address("192.0.2.1")] })]);
    const [slow, fine] = await Promise.all([ask(hangs, {}, { timeoutMs: 300 }), ask(good)]);
    expect([slow.failure?.code, fine.failure]).toEqual(["timeout", undefined]);
  });
});

describe("where it may ask", () => {
  test("a server that is not allowed is not asked, also behind a name", async () => {
    const server = await serving(() => []);
    const network = createNetwork({ resolve: async () => [{ address: "127.0.0.1", family: 4 }] });
    for (const host of ["127.0.0.1", "ns.test", "127.1"]) {
      const options = { query_name: "shop.test", server: `${host}:${server.port}` };
      expect((await lookOnce(dns, options, { network })).failure?.code).toBe("forbidden_address");
    }
    expect(server.asked.udp).toBe(0);
  });
});

describe("options", () => {
  test("are stored in one form", () => {
    const { options } = monitorSchema.parse({
      name: "a",
      kind: "dns",
      query_name: " _SIP._tcp.Shop.Example. ",
      query_type: "srv",
      server: "8.8.8.8",
    });
    expect(options).toEqual({
      query_name: "_sip._tcp.shop.example",
      query_type: "SRV",
      server: "8.8.8.8:53",
      transport_protocol: "udp",
    });
  });

  test("a name in Chinese is asked for in ASCII", () => {
    const { options } = monitorSchema.parse({ name: "a", kind: "dns", query_name: "例子.中国" });
    expect(options["query_name"]).toBe("xn--fsqu00a.xn--fiqs8s");
  });

  test.each(["", "a..b", "a b", `${"a".repeat(64)}.test`, "a/b", "http://a/"])(
    "%j is no name",
    (query_name) =>
      expect(monitorSchema.safeParse({ name: "a", kind: "dns", query_name }).success).toBe(false),
  );

  test("an address is asked for backwards", async () => {
    const names: string[] = [];
    const server = await serving((question) => {
      names.push(question.toString("latin1", 12, question.length - 5));
      return [];
    });
    for (const query_name of ["192.0.2.10", "2001:db8::567:89ab"])
      await ask(server, { query_name, query_type: "PTR" }, { timeoutMs: 50 });
    expect(names[0]).toBe("\x0210\x012\x010\x03192\x07in-addr\x04arpa");
    const digits = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
    expect(names[1]).toBe(
      `${digits
        .split(".")
        .map((digit) => `\x01${digit}`)
        .join("")}\x03ip6\x04arpa`,
    );
  });
});
