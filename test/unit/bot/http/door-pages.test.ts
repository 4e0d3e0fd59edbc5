/** `GET /api/console/doors`: every door with its address, token, line for a shell, and what came in. */
import { describe, expect, test } from "vitest";
import type { DoorsView } from "../../../../bot/console/doors-view.ts";
import { openArrivals } from "../../../../bot/hooks/arrivals.ts";
import { ALERTS_DOOR, doorsOf } from "../../../../bot/hooks/doors.ts";
import { hookOf, reading, TOKEN } from "../../../support/hooks.ts";
import { buildHouse } from "../../../support/house.ts";
import { temporaryFolder } from "../../../support/test-files.ts";

const about = {
  hooks: [hookOf("grafana"), hookOf("dingtalk-robot", { name: "ding", secret: "SECabc" })],
  arrivals: openArrivals(),
  origin: "https://gengfu.example",
  revealed: true,
  apiToken: undefined,
  secrets: [],
  reading,
};

test("a door has its whole address, its token but for the last four hidden, and a line that carries it", () => {
  const [api, grafana, ding] = doorsOf(about);
  expect(api).toMatchObject({
    name: ALERTS_DOOR,
    kind: "api",
    url: "https://gengfu.example/api/v2/alerts",
    token: "",
  });
  expect(grafana).toMatchObject({
    name: "door",
    kind: "grafana",
    url: "https://gengfu.example/api/v1/hooks/grafana",
    token: "••••••••cdef",
    signed: false,
  });
  expect(grafana?.curl).toContain(
    `curl -sS 'https://gengfu.example/api/v1/hooks/grafana' -H 'Content-Type: application/json' -H 'Authorization: Bearer ${TOKEN}' -d '{`,
  );
  expect(ding).toMatchObject({ url: "https://gengfu.example/robot/send?access_token=", signed: true });
  expect(ding?.curl).toContain(
    `'https://gengfu.example/robot/send?access_token=${TOKEN}&timestamp=${reading.at}&sign=`,
  );
  expect(ding?.curl).not.toContain("SECabc");
});

test("whoever may not see tokens sees none", () => {
  const seen = JSON.stringify(doorsOf({ ...about, revealed: false, apiToken: "the-api-token" }));
  expect(seen).not.toContain(TOKEN);
  expect(seen).not.toContain("the-api-token");
  expect(seen).toContain("Bearer TOKEN");
});

test("a short token is hidden whole", () => {
  const [, door] = doorsOf({ ...about, hooks: [hookOf("grafana", { token: "short-token" })] });
  expect(door?.token).toBe("••••••••");
});

test("nothing in a name of a host leaves its quotes", () => {
  const [api] = doorsOf({ ...about, origin: "http://a';rm -rf /;'" });
  expect(api?.curl).toContain("curl -sS 'http://a'\\'';rm -rf /;'\\''/api/v2/alerts'");
});

describe("in a house", () => {
  test("the bodies that came in, with what became of each, in the words of the house", async () => {
    const yaml = `hooks: [{ name: am, kind: alertmanager, token: ${TOKEN} }]`;
    const { url } = await buildHouse({ dir: await temporaryFolder(), yaml, env: { LOCALE: "zh-CN" } });
    const send = (body: string): Promise<Response> =>
      fetch(new URL(`/api/v1/hooks/alertmanager?token=${TOKEN}`, url), { method: "POST", body });
    await send(`{"alerts":[{"status":"firing","labels":{"alertname":"${TOKEN}"}},7]}`);
    await send("nonsense");
    const response = await fetch(new URL("/api/console/doors", url));
    const { doors } = (await response.json()) as DoorsView;
    const [bad, good] = doors[1]?.arrivals ?? [];
    expect(doors[1]?.url).toBe(`${url}api/v1/hooks/alertmanager`);
    expect(bad).toMatchObject({
      status: 400,
      size: 8,
      accepted: 0,
      error: expect.stringContaining("请求体不是有效的 JSON"),
      body: "nonsense",
    });
    expect(good).toMatchObject({
      status: 200,
      accepted: 1,
      refused: [{ index: 1, error: "不是对象" }],
      error: "",
      body: '{"alerts":[{"status":"firing","labels":{"alertname":"***"}},7]}',
    });
  });

  test("a proxy's https is the address that is shown", async () => {
    const { url } = await buildHouse({ dir: await temporaryFolder() });
    const response = await fetch(new URL("/api/console/doors", url), {
      headers: { "x-forwarded-proto": "https" },
    });
    const { doors } = (await response.json()) as DoorsView;
    expect(doors[0]?.url).toBe(`${url.replace("http:", "https:")}api/v2/alerts`);
  });
});
