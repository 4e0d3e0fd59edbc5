/** What an answer must be like, and what is read out of it. */

import { compileSearch, type Test } from "../../storage/regex.ts";
import type { Reading } from "../monitor.ts";
import type { Reason } from "../reason.ts";
import type { Answer } from "../web/exchange.ts";
import { complaint, type JsonCheck, numberOf, parseJsonCheck, valueAt } from "./json-check.ts";
import type { HttpOptions } from "./options.ts";

export interface Verdict {
  readonly readings: readonly Reading[];
  readonly failure?: Reason;
}

export interface Judge {
  /** Whether the body is wanted, or only its length. */
  readonly needsBody: boolean;
  judge(answer: Answer): Verdict;
}

/** Makes ready, once, what every answer is held against. */
export function createJudge(options: HttpOptions): Judge {
  const good = statusTest(options.expected_status);
  const texts = textChecks(options);
  const checks = (options.body_json ?? []).map(parseJsonCheck);
  const needsBody = texts.length > 0 || checks.length > 0;

  function judgeBody(answer: Answer): Verdict {
    const encoding = answer.headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") {
      const failure: Reason = { code: "no_body_match", detail: "the server compressed the body unasked" };
      return { readings: failedByBody(texts.length > 0, true), failure };
    }
    const text = textOf(answer.body, answer.headers["content-type"] ?? "");
    const wrong = texts.find(({ fits }) => !fits(text));
    const json = checks.length === 0 ? { readings: [] } : judgeJson(checks, text);
    const failure: Reason | undefined =
      wrong === undefined ? json.failure : { code: "no_body_match", detail: wrong.complaint };
    return {
      readings: [...failedByBody(texts.length > 0, wrong !== undefined), ...json.readings],
      ...(failure === undefined ? {} : { failure }),
    };
  }

  return {
    needsBody,
    judge(answer) {
      const { readings, failure } = needsBody ? judgeBody(answer) : { readings: [], failure: undefined };
      if (!good(answer.status))
        return { readings, failure: { code: "bad_status", detail: `HTTP ${answer.status}` } };
      return failure === undefined ? { readings } : { readings, failure };
    },
  };
}

function failedByBody(expects: boolean, failed: boolean): Reading[] {
  return expects ? [{ name: "probe_failed_due_to_regex", value: failed ? 1 : 0 }] : [];
}

/** Whether a status is expected: by code, range (`300-399`) or class (`2xx`); 200 to 299 where nothing is said. */
function statusTest(expected: HttpOptions["expected_status"]): (status: number) => boolean {
  const ranges = (expected ?? ["2xx"]).map((one): readonly [number, number] => {
    const text = String(one);
    const [from = "", to = from] = text.split("-");
    return [Number(from.replace(/xx$/i, "00")), Number(to.replace(/xx$/i, "99"))];
  });
  return (status) => ranges.some(([from, to]) => status >= from && status <= to);
}

interface TextCheck {
  readonly fits: Test;
  readonly complaint: string;
}

function textChecks(options: HttpOptions): TextCheck[] {
  const checks: TextCheck[] = [];
  const { body_contains, body_not_contains, body_matches, body_not_matches } = options;
  if (body_contains !== undefined)
    checks.push({
      fits: (text) => text.includes(body_contains),
      complaint: "the body does not contain the expected text",
    });
  if (body_not_contains !== undefined)
    checks.push({
      fits: (text) => !text.includes(body_not_contains),
      complaint: "the body contains the text that it must not contain",
    });
  if (body_matches !== undefined)
    checks.push({ fits: compileSearch(body_matches), complaint: "the body does not match body_matches" });
  if (body_not_matches !== undefined) {
    const matches = compileSearch(body_not_matches);
    checks.push({ fits: (text) => !matches(text), complaint: "the body matches body_not_matches" });
  }
  return checks;
}

function judgeJson(checks: readonly JsonCheck[], text: string): Verdict {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's message quotes the body; that it is not JSON is all that is needed.
    return { readings: [], failure: { code: "json_mismatch", detail: "the body is not JSON" } };
  }
  const values = new Map<string, number>();
  let wrong: string | undefined;
  for (const check of checks) {
    const value = valueAt(document, check.steps);
    const number = numberOf(value);
    if (number !== undefined) values.set(check.path, number);
    wrong ??= complaint(check, value);
  }
  const readings = [...values].map(([path, value]) => ({
    name: "probe_http_json_value",
    labels: { path },
    value,
  }));
  return wrong === undefined ? { readings } : { readings, failure: { code: "json_mismatch", detail: wrong } };
}

/** Decodes a body as its `charset` says; many pages in Chinese are still GBK. */
function textOf(body: Buffer, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString("utf8");
  }
}
