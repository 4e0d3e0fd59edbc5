/** Garbage at the door of flows: 200 or an answer in the four hundreds with a reason, never a fault. */
import { request } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import { silentLog } from "../../../../storage/log.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const RUNS = 600;
const TOKEN = "token-0123456789";
// One for each run, or the measure of one would soon answer them all.
const flows = Array.from({ length: 10 }, (_, i) => `flow${i}`);
const yaml = `monitors:\n${flows
  .map(
    (name, i) =>
      `  - { name: ${name}, kind: flow, token: ${TOKEN}${i}, steps: [{ name: a }, { name: b }] }\n`,
  )
  .join("")}`;

const raw = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes).replace(/#/g, ""));
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("1", "2026-11-28", "current", "a", "b") },
  fc.constantFrom(
    "%",
    "%zz",
    "%00",
    "%2f",
    "%c3",
    "%e5%a4%87",
    "..",
    ".",
    "",
    "__proto__",
    "constructor",
    "x".repeat(101),
  ),
  raw,
);
const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("a", "b", "start", "done", "fail", "skip", "0", "1", "$?", "-1", "1e9"),
  },
  fc.constantFrom("__proto__", "toString", "", "%E4", "\u0000", "完成"),
  raw,
);
const key = fc.constantFrom(
  "step",
  "state",
  "at",
  "note",
  "status",
  "token",
  "__proto__",
  "constructor",
  "x",
);
const json = fc.oneof(
  fc.dictionary(key, fc.oneof(value, fc.jsonValue())).map((object) => JSON.stringify(object)),
  fc.jsonValue().map((any) => JSON.stringify(any)),
  raw,
);
const form = fc
  .array(fc.tuple(key, value), { maxLength: 5 })
  .map((pairs) => new URLSearchParams(pairs).toString());

test("is answered with a reason, and nothing is logged as a fault", { timeout: 120_000 }, async () => {
  const faults: unknown[] = [];
  const log = { ...silentLog, error: (fields: object, text: string) => faults.push([text, fields]) };
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml, log });
  const { port } = new URL(url);
  const ask = (
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | Uint8Array,
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const asked = request({ port, host: "127.0.0.1", method, path, headers }, (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (piece: string) => {
            text += piece;
          })
          .on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("POST", "POST", "POST", "GET", "PUT"),
      fc.nat({ max: flows.length - 1 }),
      fc.array(part, { minLength: 1, maxLength: 2 }),
      fc.oneof(form, raw),
      fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/plain", ""),
      fc.oneof(json, form, fc.uint8Array({ maxLength: 100 })),
      async (method, flow, parts, query, type, body) => {
        const path = `/api/v1/flows/${flows[flow]}/runs/${parts.join("/")}?${query}`;
        const headers = {
          authorization: `Bearer ${TOKEN}${flow}`,
          ...(type === "" ? {} : { "content-type": type }),
        };
        const { status, text } = await ask(method, path, headers, body);
        expect(status === 200 || (status >= 400 && status < 500), `${method} ${path}: ${status}`).toBe(true);
        // A request that Node itself cannot read never comes to us.
        if (status >= 401) expect(JSON.parse(text)).toMatchObject({ error: expect.stringMatching(/./) });
      },
    ),
    { numRuns: RUNS, seed: 20261128 },
  );
  expect(faults).toEqual([]);
  const fine = await ask(
    "POST",
    "/api/v1/flows/flow0/runs/last?step=a&state=done",
    { authorization: `Bearer ${TOKEN}0` },
    "",
  );
  expect(fine.status).toBe(200);
});
