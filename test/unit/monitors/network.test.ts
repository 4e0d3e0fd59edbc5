import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forbiddenAddress, parseNetworks } from "../../../monitors/address.ts";
import {
  createNetwork,
  createOpenNetwork,
  type HostAddress,
  type Resolve,
} from "../../../monitors/network.ts";
import { LookFailed } from "../../../monitors/reason.ts";
import { probe } from "../../support/probe.ts";
import { serveHttp } from "../../support/web-server.ts";

const answers =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address): HostAddress => ({ address, family: address.includes(":") ? 6 : 4 }));

describe("an address that is not public is refused", () => {
  test.each([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["::1", "loopback"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "carrier-grade NAT"],
    ["100.127.255.255", "carrier-grade NAT"],
    ["169.254.1.1", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["169.254.169.254", "cloud metadata"],
    ["100.100.100.200", "cloud metadata"],
    ["168.63.129.16", "cloud metadata"],
    ["fd00:ec2::254", "cloud metadata"],
    ["fd00:0ec2:0::0254", "cloud metadata"],
    ["fc00::1", "unique local"],
    ["fdff::1", "unique local"],
    ["fec0::1", "reserved"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.255", "multicast"],
    ["ff02::1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["::", "unspecified"],
    ["192.0.0.8", "reserved"],
    ["192.0.2.1", "reserved"],
    ["198.18.0.1", "reserved"],
    ["198.51.100.1", "reserved"],
    ["203.0.113.1", "reserved"],
    ["240.0.0.1", "reserved"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:a9fe:a9fe", "cloud metadata"],
    ["::ffff:0:10.0.0.1", "translated or tunnelled"],
    ["::7f00:1", "reserved"],
    ["64:ff9b::10.0.0.1", "translated or tunnelled"],
    ["64:ff9b:1::10.0.0.1", "translated or tunnelled"],
    ["2002:7f00:1::", "translated or tunnelled"],
    ["2001::1", "translated or tunnelled"],
    ["2001:db8::1", "reserved"],
    ["100::1", "reserved"],
    ["4000::1", "reserved"],
    ["not an address", "reserved"],
  ])("%s is %s", (address, range) => {
    expect(forbiddenAddress(address, [])?.range.en).toBe(range);
  });

  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "114.114.114.114",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "11.0.0.1",
  ])("%s is public", (address) => expect(forbiddenAddress(address, [])).toBeUndefined());
  test.each(["2400:3200::1", "2606:4700::1111", "::ffff:1.1.1.1"])("%s is public", (address) =>
    expect(forbiddenAddress(address, [])).toBeUndefined(),
  );

  test("whatever IPv6 form carries a private IPv4 address, it is refused", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const prefixes = ["::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"];
    fc.assert(
      fc.property(octet, octet, octet, fc.constantFrom(...prefixes), (a, b, c, prefix) => {
        for (const first of [10, 127]) {
          expect(forbiddenAddress(`${prefix}${first}.${a}.${b}.${c}`, [])).toBeDefined();
        }
      }),
    );
  });
});

describe("network.allow", () => {
  test("permits what lies in it, in every form, and no neighbour", () => {
    const allowed = parseNetworks(["10.1.0.0/16", "127.0.0.1", "fd00::/8"]);
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "127.0.0.1", "fd12::1", "fd00:ec2::254"])
      expect(forbiddenAddress(address, allowed), address).toBeUndefined();
    for (const address of ["10.2.0.1", "127.0.0.2", "::1", "fc00::1", "2002:0a01:203::"])
      expect(forbiddenAddress(address, allowed), address).toBeDefined();
  });

  test.each(["10.0.0.0/33", "10.0.0/8x", "shop", "", "::1/129"])("%j is not a network", (entry) => {
    expect(() => createNetwork({ allow: [entry] })).toThrow(/network\.allow/);
  });
});

describe("what is typed in chat is refused at once", () => {
  const { checkUrl } = createNetwork({ allow: ["10.1.0.0/16"] });

  test.each([
    "http://localhost/",
    "http://LOCALHOST:8080/x",
    "http://localhost./",
    "http://a.b.localhost/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://127.0.0.1./",
    "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "https://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://0/",
    "http://10.2.0.1/",
  ])("%s", (url) => {
    expect(checkUrl(url)?.zh).toMatch(/^不允许访问 .*network: \{ allow: \["[^"]+"\] \}/);
    expect(checkUrl(url)?.en).toMatch(/may not be reached.*network: \{ allow: \["[^"]+"\] \} in gengfu\.yml/);
  });

  test.each(["ftp://shop.example/", "file:///etc/passwd", "javascript:alert(1)", "gopher://1.1.1.1/"])(
    "%s for its scheme",
    (url) => expect(checkUrl(url)?.en).toContain("only http://"),
  );

  test("credentials, and what is no URL", () => {
    expect(checkUrl("https://a:b@shop.example/")?.en).toContain("password");
    expect(checkUrl("https://a@shop.example/")?.en).toContain("password");
    expect(checkUrl("shop.example")?.en).toContain("not a valid URL");
    expect(checkUrl("http://a b/")?.en).toContain("not a valid URL");
  });

  test.each([
    "http://1.1.1.1/",
    "https://shop.example/",
    "http://10.1.2.3:8080/x",
    "https://localhost.example/",
  ])("%s is not refused", (url) => expect(checkUrl(url)).toBeUndefined());

  test("the refusal names the address and the narrowest line that permits it", () => {
    expect(checkUrl("http://2130706433/")).toEqual({
      zh: '不允许访问 127.0.0.1（本机回环地址）：聊天中添加的监控默认只能访问公网地址。如需放行，请管理员在 gengfu.yml 中写上 network: { allow: ["127.0.0.1/32"] }',
      en: '127.0.0.1 (loopback) may not be reached: by default, monitors made in chat reach public addresses only. To permit it, an administrator writes network: { allow: ["127.0.0.1/32"] } in gengfu.yml',
    });
    const allow = /allow: \["([^"]+)"\]/.exec(checkUrl("http://[fe80::1]/")?.en ?? "")?.[1] ?? "";
    expect(createNetwork({ allow: [allow] }).checkUrl("http://[fe80::1]/")).toBeUndefined();
  });
});

describe("a name", () => {
  const url = "http://shop.example/";

  test("that resolves to a private address is refused, and both are named", async () => {
    const text = await createNetwork({ resolve: answers("10.0.0.5") }).checkReachable(url);
    expect(text?.zh).toContain("10.0.0.5（内网地址，来自 shop.example）");
    expect(text?.en).toContain("10.0.0.5 (private, from shop.example)");
  });

  test("is refused when only one of its addresses is private", async () => {
    const network = createNetwork({ resolve: answers("1.1.1.1", "::1") });
    expect((await network.checkReachable(url))?.en).toContain("::1 (loopback");
    await expect(network.addressesOf(new URL(url))).rejects.toThrow("forbidden_address");
  });

  test("with public addresses is not refused", async () => {
    const network = createNetwork({ resolve: answers("1.1.1.1", "2606:4700::1111") });
    expect(await network.checkReachable(url)).toBeUndefined();
    expect(await network.addressesOf(new URL(url))).toHaveLength(2);
  });

  test("that does not resolve is not refused: it is down", async () => {
    const network = createNetwork({
      resolve: () => Promise.reject(Object.assign(new Error("no"), { code: "EAI_AGAIN" })),
    });
    expect(await network.checkReachable(url)).toBeUndefined();
    const failure = await network.addressesOf(new URL(url)).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(LookFailed);
    expect((failure as LookFailed).reason).toEqual({ code: "dns", detail: "shop.example: EAI_AGAIN" });
    await expect(createNetwork({ resolve: answers() }).addressesOf(new URL(url))).rejects.toThrow("dns");
  });

  test("asked for by many at once is asked for once, and again later", async () => {
    let asked = 0;
    let answer = (_: readonly HostAddress[]): void => {};
    const network = createNetwork({
      resolve: () => {
        asked += 1;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const many = Array.from({ length: 100 }, () => network.addressesOf(new URL(url)));
    answer([{ address: "1.1.1.1", family: 4 }]);
    await Promise.all(many);
    expect(asked).toBe(1);
    const later = network.addressesOf(new URL(url));
    expect(asked).toBe(2);
    answer([{ address: "1.1.1.1", family: 4 }]);
    await later;
  });
});

describe("a probe made in chat does not reach a private address", () => {
  test("by a literal, nor by a name; the server hears nothing", async () => {
    let heard = 0;
    const server = await serveHttp((_request, response) => {
      heard += 1;
      response.end();
    });
    const network = createNetwork({ resolve: answers("127.0.0.1") });
    for (const host of ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "rebound.example"]) {
      const look = await probe({ url: `http://${host}:${server.port}/` }, { network });
      expect(look.failure).toMatchObject({ code: "forbidden_address" });
      expect(look.failure?.text?.zh).toContain("network: { allow:");
    }
    expect(heard).toBe(0);
    await server.close();
  });

  test("by a redirect, and the refusal says that the site led there", async () => {
    let secretRead = false;
    const inside = await serveHttp((_request, response) => {
      secretRead = true;
      response.end();
    }, "127.0.0.2");
    const rows = [
      inside.url,
      inside.url.replace("127.0.0.2", "2130706434"),
      "http://169.254.169.254/latest/",
    ];
    for (const location of rows) {
      const outside = await serveHttp((_request, response) => response.writeHead(302, { location }).end());
      const look = await probe({ url: outside.url }, { network: createNetwork({ allow: ["127.0.0.1"] }) });
      expect(look.failure?.code).toBe("forbidden_address");
      expect(look.failure?.text?.zh).toMatch(
        /^网站重定向到别处：不允许访问 (127\.0\.0\.2|169\.254\.169\.254)/,
      );
      await outside.close();
    }
    expect(secretRead).toBe(false);
    await inside.close();
  });

  test("by a DNS answer that changes between the check and the connection", async () => {
    let heard = 0;
    const server = await serveHttp((_request, response) => {
      heard += 1;
      response.end();
    });
    // The first answer is allowed; every later one leads to the server, which must hear nothing.
    const sequence = ["127.0.0.3", "127.0.0.1", "127.0.0.1"];
    const network = createNetwork({
      allow: ["127.0.0.3"],
      resolve: async () => [{ address: sequence.shift() ?? "127.0.0.1", family: 4 }],
    });
    const look = await probe({ url: `http://rebound.example:${server.port}/` }, { network });
    expect(look.failure?.code).toBe("refused");
    expect(heard).toBe(0);
    expect(sequence).toHaveLength(2);
    const again = await probe({ url: `http://rebound.example:${server.port}/` }, { network });
    expect(again.failure?.code).toBe("forbidden_address");
    expect(heard).toBe(0);
    await server.close();
  });
});

test("a network without a guard lets everything pass", async () => {
  const network = createOpenNetwork(answers("10.0.0.1"));
  expect(network.checkUrl("http://127.0.0.1/")).toBeUndefined();
  expect(await network.addressesOf(new URL("http://inside/"))).toEqual([{ address: "10.0.0.1", family: 4 }]);
});
