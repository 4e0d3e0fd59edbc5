import { expect, test } from "vitest";
import { monitorSchema, readAddress } from "../../../monitors/index.ts";

const shop = { name: "shop", kind: "http", url: "https://shop.example/health" };

test("a monitor as gengfu.yml writes it becomes a specification with every default filled in", () => {
  expect(monitorSchema.parse({ ...shop, interval: "1m30s", labels: { team: "web" } })).toEqual({
    name: "shop",
    kind: "http",
    options: { url: "https://shop.example/health", method: "GET", follow_redirects: true },
    intervalMs: 90_000,
    timeoutMs: 10_000,
    labels: { team: "web" },
  });
  expect(monitorSchema.parse({ name: " 本机 ", kind: "system" })).toEqual({
    name: "本机",
    kind: "system",
    options: {},
    intervalMs: 15_000,
    timeoutMs: 10_000,
    labels: {},
  });
});

test("the time a look may take follows a short interval, where nothing is said", () => {
  expect(monitorSchema.parse({ ...shop, interval: "2s" })).toMatchObject({ timeoutMs: 2_000 });
});

test.each([
  ["HTTPS://Shop.Example:443/a#b", "https://shop.example/a"],
  [" http://shop.example ", "http://shop.example/"],
  ["http://商店.example/", "http://xn--1es87b.example/"],
])("%s is written %s", (url, normal) => {
  const normalised = monitorSchema.parse({ ...shop, url }).options["url"] as string;
  if (normal.includes("xn--")) expect(normalised).toMatch(/^http:\/\/xn--[a-z0-9]+\.example\/$/);
  else expect(normalised).toBe(normal);
});

const full: readonly [kind: string, options: object][] = [
  [
    "http",
    {
      url: "https://shop.example/",
      method: "POST",
      expected_status: "200, 3xx",
      headers: { "X-A": "b" },
      body: "{}",
      basic_auth: { username: "a" },
      bearer_token: "t",
      body_contains: "a",
      body_not_contains: "b",
      body_matches: "^c$",
      body_not_matches: "d",
      body_json: "$.a > 5",
      follow_redirects: false,
      max_redirects: 2,
      ip_version: "4",
      proxy_url: "http://a:b@proxy.example:3128",
      tls_config: { ca: "PEM", cert: "PEM", key: "PEM", min_version: "TLS12", insecure_skip_verify: true },
    },
  ],
  [
    "tcp",
    {
      target: "DB.example:1",
      tls: true,
      starttls: "smtp",
      query_response: [{ expect: "a", send: "b", starttls: true }],
      send: "c",
      expect: "d",
      ip_version: 6,
    },
  ],
  ["tls", { target: "Shop.example", server_name: "a", starttls: "imap", versions: "tls12,TLS13" }],
  [
    "dns",
    {
      query_name: "Shop.example.",
      query_type: "mx",
      server: "NS.example",
      transport_protocol: "tcp",
      recursion_desired: false,
      expected_rcode: "NXDOMAIN",
      expected_answer: "a",
      answer_matches: "b",
    },
  ],
  ["icmp", { target: "[2001:DB8::1]", count: 3, ip_version: 6 }],
];

test.each(full)(
  "every option of %s is stored as JSON that means the same when it is read again",
  (kind, given) => {
    const { options } = monitorSchema.parse({ name: "a", kind, ...given });
    expect(JSON.parse(JSON.stringify(options))).toEqual(options);
    expect(monitorSchema.parse({ name: "a", kind, ...options }).options).toEqual(options);
    expect(Object.keys(options).sort()).toEqual(expect.arrayContaining(Object.keys(given).sort()));
  },
);

test.each([
  ["HTTPS://Shop.example:443/a", "http", "https://shop.example/a"],
  ["tcp://DB.example:5432", "tcp", "tcp://db.example:5432"],
  ["tls://shop.example", "tls", "tls://shop.example:443"],
  ["dns://Shop.example.", "dns", "dns://shop.example"],
  ["icmp://[::1]", "icmp", "icmp://::1"],
])("%s is the address of a monitor of the kind %s", (address, kind, instance) => {
  expect(readAddress(address)).toMatchObject({ kind, instance });
});

test.each([
  "shop",
  "ftp://shop.example",
  "tcp://shop.example",
  "system://here",
  "constructor://a",
  "http://",
])("%s is the address of no monitor", (address) => expect(readAddress(address)).toBeUndefined());

const rows: readonly [what: string, given: unknown, path: string, message: RegExp][] = [
  ["no name", { kind: "system" }, "name", /string/],
  ["an empty name", { name: " ", kind: "system" }, "name", /small/i],
  ["a name of two lines", { name: "a\nb", kind: "system" }, "name", /one line/],
  ["a name with a direction mark", { name: "a\u202eb", kind: "system" }, "name", /one line/],
  ["an unknown kind", { name: "a", kind: "htp" }, "kind", /'system' \| 'http'/],
  ["no kind", { name: "a" }, "kind", /'system' \| 'http'/],
  ["an unknown key", { ...shop, tiemout: "1s" }, "", /"tiemout"/],
  ["an option of another kind", { name: "a", kind: "system", url: "http://x/" }, "", /"url"/],
  ["a short interval", { ...shop, interval: "500ms" }, "interval", /from 1s to 1d/],
  ["a long interval", { ...shop, interval: "2d" }, "interval", /from 1s to 1d/],
  ["an odd interval", { ...shop, interval: "soon" }, "interval", /duration/],
  ["a number as interval", { ...shop, interval: 30 }, "interval", /string/],
  ["a timeout over the interval", { ...shop, interval: "5s", timeout: "6s" }, "timeout", /interval, 5s/],
  ["a bad label", { ...shop, labels: { "a-b": "c" } }, "labels.a-b", /label name|key/i],
  ["a reserved label", { ...shop, labels: { instance: "c" } }, "labels.instance", /itself|key/i],
  ["no URL", { name: "a", kind: "http" }, "url", /string/],
  ["not a URL", { ...shop, url: "shop.example" }, "url", /http/],
  ["another scheme", { ...shop, url: "ftp://shop.example/" }, "url", /http/],
  ["a password in the URL", { ...shop, url: "https://a:b@shop.example/" }, "url", /password/],
  ["a status that is none", { ...shop, expected_status: 99 }, "expected_status", /./],
  ["an empty list of statuses", { ...shop, expected_status: [] }, "expected_status", /./],
  [
    "a header of the connection",
    { ...shop, headers: { "Transfer-Encoding": "x" } },
    "headers.Transfer-Encoding",
    /./,
  ],
  ["a header of two lines", { ...shop, headers: { a: "x\r\nb: c" } }, "headers.a", /one line/],
  ["a method that changes things", { ...shop, method: "DELETE" }, "method", /GET/],
];

test.each(rows)("%s is refused, and the error says where", (_what, given, path, message) => {
  const { error } = monitorSchema.safeParse(given);
  const issue = error?.issues.find((one) => one.path.join(".") === path);
  expect(issue?.message, JSON.stringify(error?.issues)).toMatch(message);
});

test("several mistakes are said at once", () => {
  const { error } = monitorSchema.safeParse({ ...shop, url: "x", interval: "y", tiemout: 1 });
  expect(error?.issues.map(({ path }) => path.join(".")).sort()).toEqual(["", "interval", "url"]);
});
