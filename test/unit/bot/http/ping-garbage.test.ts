/** Garbage at the doors of heartbeats: 200 or an answer in the four hundreds, never a fault. */
import { request } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import { silentLog } from "../../../../storage/log.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const RUNS = 600;
const UUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
const KEY = "pingkey-0123456789";
// One for each run, or the measure of one would soon answer them all.
const uuids = Array.from({ length: 20 }, (_, i) => UUID.slice(0, -2) + String(i).padStart(2, "0"));
const yaml = `monitors:\n${uuids
  .map((uuid, i) => `  - { name: job${i}, kind: heartbeat, uuid: ${uuid}, period: 1d, slug: job${i} }\n`)
  .join("")}`;

/** What may stand in the first line of a request; `%` may begin anything. */
const raw = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes).replace(/#/g, ""));
const part = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...uuids, KEY, "job1", "job2") },
  fc.constantFrom("start", "fail", "log", "0", "255", "256", "-1", "1e3", "00000000000000000001"),
  fc.constantFrom("%", "%zz", "%00", "%2f", "%c3", "%e5%a4%87", "..", ".", "", "__proto__", "constructor"),
  raw,
);
const path = fc
  .tuple(
    fc.constantFrom("/ping", "/api/push", "/ping/", "//ping"),
    fc.array(part, { maxLength: 5 }),
    fc.oneof(
      fc.constant(""),
      raw.map((text) => `?${text}`),
      raw.map((text) => `?rid=${text}`),
      raw.map((text) => `?status=down&msg=${text}&ping=${text}`),
    ),
  )
  .map(([root, parts, query]) => `${root}/${parts.join("/")}${query}`);

test("is answered, and nothing is logged as a fault", { timeout: 120_000 }, async () => {
  const faults: unknown[] = [];
  const log = { ...silentLog, error: (fields: object, text: string) => faults.push([text, fields]) };
  const { url } = await buildHouse({ dir: await temporaryFolder(), yaml, env: { PING_KEY: KEY }, log });
  const { port } = new URL(url);
  const ask = (method: string, path: string, body: Uint8Array): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request({ port, host: "127.0.0.1", method, path }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      });
      asked.on("error", reject);
      asked.end(method === "POST" ? body : undefined);
    });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "HEAD", "PUT", "OPTIONS"),
      path,
      fc.uint8Array({ maxLength: 200 }),
      async (method, path, body) => {
        const status = await ask(method, path, body);
        expect(status === 200 || (status >= 400 && status < 500), `${method} ${path}: ${status}`).toBe(true);
      },
    ),
    { numRuns: RUNS, seed: 20261128 },
  );
  expect(faults).toEqual([]);
  expect(await ask("GET", `/ping/${uuids[19]}`, new Uint8Array())).toBe(200);
});
