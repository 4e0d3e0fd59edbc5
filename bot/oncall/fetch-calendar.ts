/** A calendar at an address: by the proxies of the environment, along redirects, bounded. */
import { PackedError, unpackOf } from "../content-encoding.ts";
import { type Exchanged, exchange } from "../http-client/exchange.ts";
import { ENVIRONMENT, type Variables } from "../http-client/proxy.ts";
import { CalendarError } from "./read-calendar.ts";

const TIMEOUT_MS = 30_000;
/** As many as Go's client follows. */
const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What every server of calendars can do, and is not worth a bomb: a calendar shrinks to a tenth. */
const HEADERS = { accept: "text/calendar, */*;q=0.1", "accept-encoding": "gzip, deflate" };

/** Its text. Rejects with a CalendarError for an answer that is none, and with what Node says where there is none. */
export async function fetchCalendar(
  address: string,
  largest: number,
  stop: AbortSignal,
  variables?: Variables,
): Promise<string> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
  let url = new URL(address);
  for (let hops = 0; ; hops++) {
    const about = { method: "GET", headers: HEADERS, body: "", tls: undefined, proxy: ENVIRONMENT } as const;
    const answer = await exchange({ ...about, url, enough: largest + 1 }, signal, variables).catch(
      // Whoever asks wants to know that time was up, not that Node let go of a socket.
      (error: unknown) => Promise.reject(signal.aborted ? signal.reason : error),
    );
    const next = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
    if (next === undefined) return textOf(answer, largest);
    if (hops === MOST_REDIRECTS)
      throw new CalendarError({ zh: "重定向次数过多", en: "there are too many redirects" });
    const there = URL.canParse(next, url.href) ? new URL(next, url) : undefined;
    if (there === undefined || !/^https?:$/.test(there.protocol))
      throw new CalendarError({ zh: "重定向地址无效", en: "a redirect leads nowhere" });
    url = there;
  }
}

async function textOf({ status, headers, body }: Exchanged, largest: number): Promise<string> {
  if (status < 200 || status > 299)
    throw new CalendarError({ zh: `对方回答 HTTP ${status}`, en: `the answer was HTTP ${status}` });
  if (body.length > largest) throw tooLarge(largest);
  try {
    const unpack = unpackOf(headers["content-encoding"]);
    return (unpack === undefined ? body : await unpack(body, largest)).toString("utf8");
  } catch (error) {
    if (!(error instanceof PackedError)) throw error;
    if (error.why === "too-large") throw tooLarge(largest);
    throw new CalendarError({
      zh: "压缩的内容无法解开（Content-Encoding）",
      en: "it is packed in a way that cannot be unpacked (Content-Encoding)",
    });
  }
}

/** What is said of a calendar with more than so many bytes. */
export function tooLarge(bytes: number): CalendarError {
  const size = `${bytes / 1024 / 1024} MiB`;
  return new CalendarError({ zh: `超过 ${size}`, en: `it is larger than ${size}` });
}
