/** Makes a request for an incident. */
import type { Result } from "../../alerts/actions/runs.ts";
import { SendError } from "../../alerts/channel.ts";
import type { Labels } from "../../storage/labels.ts";
import type { HttpConfig } from "../receivers/http-config.ts";
import { send } from "../webhook/request.ts";
import type { RequestToMake } from "./config.ts";
import { keepOutput } from "./output.ts";
import { filledIn, mapTexts } from "./placeholders.ts";
import type { RunAbout } from "./run-program.ts";

/** What tells a request that came twice from two. */
const DELIVERY = "x-gengfu-delivery";

/** Resolves with how it went; never rejects. Answers from 200 to 299 are good. */
export async function makeRequest(
  { method, url, body, http }: RequestToMake & { readonly http: HttpConfig },
  values: Labels,
  { timeoutMs, stop, mask, id }: RunAbout & { readonly id: string },
): Promise<Result> {
  const limit = AbortSignal.timeout(timeoutMs);
  const text = body === undefined ? "" : JSON.stringify(mapTexts(body, (one) => filledIn(one, values)));
  try {
    const answer = await send(
      {
        method,
        url: filledIn(url, values, encodeURIComponent),
        http,
        headers: { [DELIVERY]: encodeURI(id) },
        body: text,
        once: true,
      },
      AbortSignal.any([limit, stop]),
    );
    const output = keepOutput(mask);
    output.add(Buffer.from(answer.body));
    const ok = answer.status >= 200 && answer.status < 300;
    return { ending: ok ? "ok" : "failed", detail: `HTTP ${answer.status}`, output: output.text() };
  } catch (error) {
    if (limit.aborted)
      return { ending: "timeout", detail: `no answer after ${timeoutMs / 1_000} s`, output: "" };
    // A SendError names no address.
    const why = error instanceof SendError ? error.message : "no answer";
    return { ending: "failed", detail: mask(why), output: "" };
  }
}
