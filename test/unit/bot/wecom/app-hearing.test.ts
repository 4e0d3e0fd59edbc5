/** What comes to the callback on its way in: safe before yes, once, by whichever application, and no noise in the log. */
import { expect, it } from "vitest";
import type { Heard, Pressed } from "../../../../bot/chat/heard.ts";
import type { Press } from "../../../../bot/chat/press.ts";
import type { Letter } from "../../../../bot/wecom/app/callback.ts";
import type { WeComCallback } from "../../../../bot/wecom/app/open-wecom-apps.ts";
import { settle } from "../../../support/fake-clock.ts";
import { sealed, signatureOf } from "../../../support/wecom/app-crypto.ts";
import { type AppBench, attempt, hot, mine, openAppBench, TEAM } from "./app-bench.ts";

let serial = 0;

/** A letter that says so. */
function letterOf({ fake, clock }: AppBench, inner: string, { token = fake.app.token } = {}): Letter {
  const { app } = fake;
  const seconds = String(Math.floor(clock.now() / 1_000));
  const xml = `<xml><ToUserName>${app.corpId}</ToUserName><FromUserName>lisi</FromUserName><CreateTime>${seconds}</CreateTime>${inner}<AgentID>${app.agentId}</AgentID></xml>`;
  const encrypted = sealed(app.aesKey, xml, app.corpId, String(++serial).padStart(16, "0"));
  return {
    timestamp: seconds,
    nonce: "1",
    sealed: encrypted,
    signature: signatureOf(token, seconds, "1", encrypted),
  };
}

const text = (id: string): string => `<MsgType>text</MsgType><Content>状态</Content><MsgId>${id}</MsgId>`;
const click = (task: string, code = "click-code"): string =>
  `<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>ack 12</EventKey><TaskId>${task}</TaskId><ResponseCode>${code}</ResponseCode>`;

function listen(
  { opened }: AppBench,
  hear: (heard: Heard) => Promise<void> = async () => {},
  press: Press = async (_pressed, click) => click.end(),
) {
  opened.start({ hear, press });
}

it("is accepted once it is safe, and what was not taken may come again", async () => {
  const bench = await openAppBench();
  const letter = letterOf(bench, text("1"));
  const { opened }: { opened: WeComCallback } = bench;
  expect(await opened.receive(letter)).toBe("later");
  let full = true;
  const heard: string[] = [];
  listen(bench, async ({ id }) => {
    if (full) throw new Error("the disk is full");
    heard.push(id);
  });
  expect(await opened.receive(letter)).toBe("later");
  await settle();
  full = false;
  expect(await opened.receive(letter)).toBe("accepted");
  expect(await opened.receive(letter)).toBe("accepted");
  expect(heard).toEqual(["wecom_app:wwFakeCorp01/1000002/1"]);
});

it("that takes longer than WeCom waits is asked for again, and carried out once", async () => {
  const bench = await openAppBench();
  let finish = (): void => {};
  let pressed = 0;
  listen(bench, undefined, (_pressed, click) => {
    pressed++;
    click.end();
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const letter = letterOf(bench, click("t_1"));
  const first = bench.opened.receive(letter);
  await bench.clock.advance(4_000);
  expect(await first).toBe("later");
  const second = bench.opened.receive(letter);
  finish();
  expect(await second).toBe("accepted");
  expect([pressed, bench.clock.sleeping]).toEqual([1, 0]);
});

it("of a stranger is refused, and logged once in a minute without what was sent", async () => {
  const bench = await openAppBench();
  listen(bench);
  const strange = () => bench.opened.receive(letterOf(bench, text("1"), { token: "another" }));
  for (let i = 0; i < 5; i++) expect(await strange()).toBe("refused");
  expect(bench.lines).toEqual([
    JSON.stringify({ why: "signature", message: "a letter to the WeCom callback was refused" }),
  ]);
  await bench.clock.advance(60_000);
  await strange();
  expect(bench.lines).toHaveLength(2);
});

it("of a click stands where the card is, and is answered to whoever pressed", async () => {
  const bench = await openAppBench();
  const presses: Pressed[] = [];
  listen(bench, undefined, async (pressed, click) => {
    presses.push(pressed);
    click.end();
  });
  for (const address of [TEAM, `${TEAM}/user/lisi`]) {
    const { card: task = "" } = await bench.channel.post(address, hot, attempt());
    await bench.opened.receive(letterOf(bench, click(task)));
  }
  await bench.opened.receive(letterOf(bench, click("somebody-elses")));
  const own = `${TEAM}/user/lisi`;
  expect(presses.map(({ conversation, answerTo }) => [conversation, answerTo])).toEqual([
    [TEAM, own],
    [own, own],
    [own, own],
  ]);
});

it("of a click brings a code that changes the card once more, also after the process began anew", async () => {
  const bench = await openAppBench();
  listen(bench);
  const receipt = await bench.channel.post(TEAM, hot, attempt());
  const { card: task = "" } = receipt;
  expect(bench.channel.canEdit?.(receipt)).toBe(true);
  await bench.opened.receive(letterOf(bench, click(task, receipt["code"])));
  const changed = await bench.channel.edit?.(receipt, mine, attempt());
  // The code of the click was the one that it was sent with: none is left.
  expect(changed).not.toHaveProperty("code");
  expect(bench.channel.canEdit?.(changed ?? {})).toBe(false);
  await bench.opened.receive(letterOf(bench, click(task, "second")));
  await bench.opened.receive(letterOf(bench, click(task, "third")));
  bench.fake.faults.http = (path) =>
    path.endsWith("/update_template_card") ? { status: 200, body: '{"errcode":0}' } : "answer";
  const again = await bench.channel.edit?.(changed ?? {}, hot, attempt());
  // The youngest was used; the other one is written down.
  expect(again).toMatchObject({ code: "second", status: "firing" });
  expect(bench.channel.canEdit?.(again ?? {})).toBe(true);
});
