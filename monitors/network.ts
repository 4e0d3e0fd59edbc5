/** The guard between what people type and the network: it resolves, checks every address, and hands out only those. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Text } from "../storage/locale.ts";
import { type Forbidden, forbiddenAddress, type Networks, parseNetworks } from "./address.ts";
import { LookFailed } from "./reason.ts";

/** One address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Turns a host name into its addresses; rejects when it has none. */
export type Resolve = (hostname: string) => Promise<readonly HostAddress[]>;

export interface Network {
  /** Why `url` can be refused at once, without asking DNS: scheme, credentials, `localhost`, a literal address. */
  checkUrl(url: string): Text | undefined;
  /** As `checkUrl`, and resolves the name. A name that does not resolve is not refused: it is merely down. */
  checkReachable(url: string): Promise<Text | undefined>;
  /** As `checkReachable`, of a host alone: a name, or an address in its plain form. */
  checkHost(host: string): Promise<Text | undefined>;
  /**
   * The addresses of a host, each of them checked. Whoever connects must connect to one of these and must not
   * resolve again, or a second answer from DNS could lead elsewhere. Rejects with `LookFailed`.
   */
  addressesOf(place: { readonly hostname: string }): Promise<readonly HostAddress[]>;
}

/** Asks the system's resolver, `/etc/hosts` included. */
const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

function hostOf({ hostname }: { readonly hostname: string }): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Says which address was refused and which line of `gengfu.yml` permits it. */
function refusal(host: string, { address, range, allow }: Forbidden): Text {
  const same = host === address;
  return {
    zh: `不允许访问 ${address}（${range.zh}${same ? "" : `，来自 ${host}`}）：聊天中添加的监控默认只能访问公网地址。如需放行，请管理员在 gengfu.yml 中写上 network: { allow: ["${allow}"] }`,
    en: `${address} (${range.en}${same ? "" : `, from ${host}`}) may not be reached: by default, monitors made in chat reach public addresses only. To permit it, an administrator writes network: { allow: ["${allow}"] } in gengfu.yml`,
  };
}

function forbidden(host: string, found: Forbidden): LookFailed {
  const detail = `${found.address} is a ${found.range.en} address${host === found.address ? "" : ` (from ${host})`}`;
  return new LookFailed({ code: "forbidden_address", detail, text: refusal(host, found) });
}

function checkForm(text: string): Text | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { zh: "这不是有效的网址", en: "this is not a valid URL" };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { zh: "只支持 http:// 和 https:// 网址", en: "only http:// and https:// URLs are supported" };
  if (url.username !== "" || url.password !== "")
    return { zh: "网址中不能带用户名或密码", en: "a URL must not carry a user name or password" };
  return undefined;
}

/**
 * Shares one question among all who ask for the same name at the same time. `getaddrinfo` cannot be cancelled:
 * with DNS down, every timed-out look would otherwise leave one more question in libuv's queue.
 */
function shared(resolve: Resolve): Resolve {
  const underway = new Map<string, Promise<readonly HostAddress[]>>();
  return (hostname) => {
    const same = underway.get(hostname);
    if (same !== undefined) return same;
    const asked = resolve(hostname).finally(() => underway.delete(hostname));
    underway.set(hostname, asked);
    return asked;
  };
}

function guard(judge: (address: string) => Forbidden | undefined, resolve: Resolve): Network {
  const ask = shared(resolve);

  async function addressesOf(place: { readonly hostname: string }): Promise<readonly HostAddress[]> {
    const host = hostOf(place);
    const family = isIP(host);
    let addresses: readonly HostAddress[];
    try {
      addresses = family === 0 ? await ask(host) : [{ address: host, family }];
    } catch (cause) {
      const code = (cause as { code?: unknown }).code;
      throw new LookFailed({ code: "dns", detail: `${host}: ${String(code ?? cause)}` }, { cause });
    }
    if (addresses.length === 0) throw new LookFailed({ code: "dns", detail: `${host}: no address` });
    // One forbidden address refuses the name: which of them is used must not be left to luck or to a retry.
    for (const { address } of addresses) {
      const found = judge(address);
      if (found !== undefined) throw forbidden(host, found);
    }
    return addresses;
  }

  function checkUrl(text: string): Text | undefined {
    const wrong = checkForm(text);
    if (wrong !== undefined) return wrong;
    return checkLiteral(hostOf(new URL(text)));
  }

  /** What can be said of a host without asking DNS. */
  function checkLiteral(host: string): Text | undefined {
    const local = /^(.*\.)?localhost\.?$/.test(host);
    const found = isIP(host) !== 0 ? judge(host) : local ? judge("127.0.0.1") : undefined;
    return found === undefined ? undefined : refusal(host, found);
  }

  async function checkHost(host: string): Promise<Text | undefined> {
    const wrong = checkLiteral(host);
    if (wrong !== undefined) return wrong;
    try {
      await addressesOf({ hostname: host });
      return undefined;
    } catch (thrown) {
      return thrown instanceof LookFailed ? thrown.reason.text : undefined;
    }
  }

  async function checkReachable(text: string): Promise<Text | undefined> {
    return checkForm(text) ?? checkHost(hostOf(new URL(text)));
  }

  return { checkUrl, checkReachable, checkHost, addressesOf };
}

/** A network that reaches public addresses and those in `allow`. Throws when an entry of `allow` is no network. */
export function createNetwork(options: { allow?: readonly string[]; resolve?: Resolve } = {}): Network {
  const allowed: Networks = parseNetworks(options.allow ?? []);
  return guard((address) => forbiddenAddress(address, allowed), options.resolve ?? systemResolve);
}

/** A network without a guard, for monitors that the administrator wrote into `gengfu.yml`. */
export function createOpenNetwork(resolve: Resolve = systemResolve): Network {
  return guard(() => undefined, resolve);
}
