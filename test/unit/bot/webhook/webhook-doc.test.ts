/** docs/webhook.md is true: the body is what is posted, its snippets verify it, and answers mean what the table says. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FiredAlert } from "../../../../alerts/alert.ts";
import { SendError } from "../../../../alerts/channel.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { webhooksOf } from "../../../../bot/plan-of.ts";
import { checkAnswer } from "../../../../bot/webhook/answer.ts";
import { webhookChannel } from "../../../../bot/webhook/channel.ts";
import { codeBlocks, docsPage } from "../../../support/code-blocks.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { openSink, type Received, type Sink } from "../../../support/sink.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const page = docsPage("webhook.md");
const SECRET = "更夫 k3y";
const FIRED = Date.UTC(2026, 10, 25, 2, 0, 0);

function block(language: string): string {
  const [found, ...more] = codeBlocks(page).filter((one) => one.language === language);
  if (found === undefined || more.length > 0)
    throw new Error(`docs/webhook.md: one ${language} block is expected`);
  return found.text;
}

function alert(host: string, resolvedAt?: number): FiredAlert {
  const base = {
    id: `3/${host}`,
    rule: 3,
    labels: { alertname: "DiskFull", host, severity: "critical" },
    found: { host },
    annotations: { summary: `磁盘快满了：${host}`, runbook: "https://wiki.example/disk" },
    since: FIRED - 600_000,
    firedAt: FIRED,
    value: 95,
    incident: 12,
  };
  return resolvedAt === undefined
    ? { ...base, state: "firing" }
    : { ...base, state: "resolved", resolvedAt, reason: "recovered" };
}

let sink: Sink;
let posted: Received;
beforeAll(async () => {
  sink = await openSink();
  const config = parseConfig("gengfu.yml", block("yaml"), {}, () => SECRET);
  const address = "webhook:pager/0";
  const written = webhooksOf(config).get(address);
  if (written === undefined) throw new Error("docs/webhook.md: its example has no webhook:pager/0");
  const channel = webhookChannel({
    find: () => ({ ...written, url: new URL(new URL(written.url).pathname, sink.url).href }),
    externalUrl: () => "http://127.0.0.1:8080",
    clock: new FakeClock(FIRED + 60_000),
  });
  const incident = {
    id: 12,
    group: '{}:{alertname="DiskFull"}',
    title: "DiskFull",
    labels: { alertname: "DiskFull" },
    severity: "critical" as const,
    openedAt: FIRED,
    active: 1,
    peak: 2,
    version: 4,
    news: 4,
    tells: [address],
    routes: [],
    acknowledgement: { person: "console:alice", at: FIRED, until: FIRED + 3_600_000, active: 2 },
  };
  const alerts = [alert("web1"), alert("web2", FIRED + 45_000)];
  await channel.post(
    address,
    { kind: "incident", title: "#12 DiskFull", incident: 12 },
    {
      deliveryId: `incident-12@${address}`,
      signal: new AbortController().signal,
      incident: { incident, status: "acknowledged", alerts: () => alerts },
    },
  );
  const [first] = sink.received;
  if (first === undefined) throw new Error("nothing was posted");
  posted = first;
});
afterAll(() => sink.close());

describe("what is posted", () => {
  test("is the body that the page shows", () => {
    expect(`${JSON.stringify(JSON.parse(posted.text), undefined, 2)}\n`).toBe(block("json"));
  });

  test("has the headers that the page shows", () => {
    const [request, ...lines] = block("http").trim().split("\n");
    expect(request).toBe(`POST ${posted.path} HTTP/1.1`);
    const shown = Object.fromEntries(lines.map((line) => line.split(": ", 2)));
    expect(posted.headers).toMatchObject({
      ...shown,
      // Signed with a secret of the test.
      "x-gengfu-signature-256": expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
    expect(Object.keys(shown)).toHaveLength(4);
  });
});

const changed = (text: string): Buffer => Buffer.from(text.replace("firing", "Firing"));

test("the snippet for Node verifies it, and nothing else", async () => {
  const file = join(await temporaryFolder(), "verify.mjs");
  writeFileSync(file, block("js"));
  const { verify } = (await import(pathToFileURL(file).href)) as {
    verify(body: Buffer, header: string | undefined, secret: string): boolean;
  };
  const signature = String(posted.headers["x-gengfu-signature-256"]);
  expect(verify(Buffer.from(posted.text), signature, SECRET)).toBe(true);
  expect(verify(changed(posted.text), signature, SECRET)).toBe(false);
  expect(verify(Buffer.from(posted.text), signature, "another")).toBe(false);
  expect(verify(Buffer.from(posted.text), signature.replace(/.$/, "x"), SECRET)).toBe(false);
  for (const none of ["", undefined, "sha256="])
    expect(verify(Buffer.from(posted.text), none, SECRET)).toBe(false);
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)(
  `so does the one for Python${hasPython ? "" : " (skipped: there is no python3)"}`,
  () => {
    const verified = (body: Buffer, header: string): string => {
      const code = `${block("python")}\nimport sys\nprint(verify(sys.stdin.buffer.read(), sys.argv[1], sys.argv[2].encode()))`;
      const { stdout, stderr } = spawnSync("python3", ["-c", code, header, SECRET], {
        input: body,
        encoding: "utf8",
        env: { ...process.env, PYTHONUTF8: "1" },
      });
      return `${stdout}${stderr}`.trim();
    };
    const signature = String(posted.headers["x-gengfu-signature-256"]);
    expect(verified(Buffer.from(posted.text), signature)).toBe("True");
    expect(verified(changed(posted.text), signature)).toBe("False");
    expect(verified(Buffer.from(posted.text), "")).toBe("False");
  },
);

describe("an answer", () => {
  const rows = page.split("\n").flatMap((line) => {
    const [, answer, next] = /^\| (.*?) \| (taken|retry|wait|give up) \|/.exec(line) ?? [];
    if (answer === undefined || next === undefined) return [];
    const retryAfter = answer.includes("`Retry-After`") ? "7" : undefined;
    const errcodes = [...answer.matchAll(/`errcode (-?\d+)`/g)].map(([, code]) => ({
      answer: `200 with errcode ${code}`,
      next,
      given: { status: 200, retryAfter: undefined, body: `{"errcode":${code}}` },
    }));
    const statuses = [...answer.matchAll(/`(\d{3})`/g)].map(([, code]) => ({
      answer: `${code}${retryAfter === undefined ? "" : " with Retry-After"}`,
      next,
      given: { status: Number(code), retryAfter, body: "" },
    }));
    return [...errcodes, ...statuses];
  });

  test("is in the table", () => {
    expect(new Set(rows.map(({ next }) => next))).toEqual(new Set(["taken", "retry", "wait", "give up"]));
  });

  test.each(rows)("$answer: $next", ({ next, given }) => {
    expect(meaningOf(given)).toBe(next);
  });

  test("that the table has as 'any other' means the same", () => {
    const any = (status: number): string => meaningOf({ status, retryAfter: undefined, body: "" });
    expect([any(299), any(599), any(399), any(418)]).toEqual(["taken", "retry", "give up", "give up"]);
    expect(meaningOf({ status: 200, retryAfter: undefined, body: '{"errcode":777}' })).toBe("retry");
  });
});

function meaningOf(given: Parameters<typeof checkAnswer>[0]): string {
  try {
    checkAnswer(given, FIRED);
    return "taken";
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    return error.next === "give-up" ? "give up" : error.next;
  }
}
