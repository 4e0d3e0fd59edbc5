/** Which addresses are public: those that a name typed in chat may reach without an administrator's leave. */
import ipaddr from "ipaddr.js";
import type { Text } from "../storage/locale.ts";

type Address = ReturnType<typeof ipaddr.parse>;

/** A list of networks, parsed: address and prefix length. */
export type Networks = readonly (readonly [Address, number])[];

/** The kinds of address that are not public, for people. */
const rangeText = {
  loopback: { zh: "本机回环地址", en: "loopback" },
  private: { zh: "内网地址", en: "private" },
  uniqueLocal: { zh: "IPv6 内网地址", en: "unique local" },
  linkLocal: { zh: "链路本地地址", en: "link-local" },
  carrierGradeNat: { zh: "运营商级 NAT 地址", en: "carrier-grade NAT" },
  metadata: { zh: "云主机元数据地址", en: "cloud metadata" },
  multicast: { zh: "组播地址", en: "multicast" },
  broadcast: { zh: "广播地址", en: "broadcast" },
  unspecified: { zh: "未指定地址", en: "unspecified" },
  translated: { zh: "IPv6 转换或隧道地址", en: "translated or tunnelled" },
  reserved: { zh: "保留地址", en: "reserved" },
} as const satisfies Record<string, Text>;

/**
 * Where clouds answer questions about the machine and hand out its credentials. All but Azure's lie in ranges
 * refused anyway; they are named so that the refusal says what they are.
 */
const METADATA = new Set([
  "169.254.169.254", // AWS, Google, Azure, Huawei, DigitalOcean
  "169.254.170.2", // AWS ECS
  "169.254.0.23", // Tencent
  "100.100.100.200", // Aliyun
  "168.63.129.16", // Azure's WireServer, a public-looking address
  "192.0.0.192", // Oracle
  "fd00:ec2::254", // AWS
  "fd20:ce::254", // Google
]);

/** An IPv4-mapped IPv6 address goes out as IPv4, so it is judged as IPv4. Throws when `text` is no address. */
function parse(text: string): Address {
  const address = ipaddr.parse(text.replace(/%.*$/, ""));
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address;
}

function rangeOf(address: Address): keyof typeof rangeText | undefined {
  if (METADATA.has(address.toString())) return "metadata";
  const range: string = address.range();
  if (range in rangeText) return range as keyof typeof rangeText;
  if (address instanceof ipaddr.IPv4) return range === "unicast" ? undefined : "reserved";
  if (range !== "unicast") return /^(6to4|teredo|rfc|ipv4Mapped)/.test(range) ? "translated" : "reserved";
  // Only 2000::/3 is global unicast (RFC 4291 2.4); outside it lie `::127.0.0.1` and its like.
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000 ? undefined : "reserved";
}

/** Parses networks in CIDR form, or single addresses. Throws an error that names the bad entry. */
export function parseNetworks(list: readonly string[]): Networks {
  return list.map((entry) => {
    try {
      if (!entry.includes("/")) {
        const address = parse(entry);
        return [address, address.kind() === "ipv4" ? 32 : 128];
      }
      return ipaddr.parseCIDR(entry);
    } catch (cause) {
      throw new Error(`network.allow: not a network in CIDR form: ${JSON.stringify(entry)}`, { cause });
    }
  });
}

/** What is wrong with an address: its plain form, what kind it is, and the narrowest network that allows it. */
export interface Forbidden {
  readonly address: string;
  readonly range: Text;
  readonly allow: string;
}

/** Judges one address; `undefined` means that it may be reached. */
export function forbiddenAddress(text: string, allowed: Networks): Forbidden | undefined {
  let address: Address;
  try {
    address = parse(text);
  } catch {
    return { address: text, range: rangeText.reserved, allow: text };
  }
  const range = rangeOf(address);
  if (range === undefined) return undefined;
  const permitted = allowed.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
  if (permitted) return undefined;
  const plain = address.toString();
  return {
    address: plain,
    range: rangeText[range],
    allow: `${plain}/${address.kind() === "ipv4" ? 32 : 128}`,
  };
}
