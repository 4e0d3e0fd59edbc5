/** Receivers that say `oncall: db`: who is told at each attempt, what is written down of it, and what when nobody is. */
import { afterEach, describe, expect, test } from "vitest";
import { type Human, humansOf } from "../../alerts/oncall/humans.ts";
import { type OnCall, openOnCall } from "../../alerts/oncall/on-call.ts";
import { BUILT_CHANNELS } from "../../bot/built-channels.ts";
import { notesOf } from "../../bot/config/notes.ts";
import { parseConfig } from "../../bot/config.ts";
import { type InForce, inForce } from "../../bot/in-force.ts";
import { withDuties } from "../../bot/oncall/duties.ts";
import { reachedOn } from "../../bot/oncall/reach.ts";
import { telling } from "../../bot/oncall/with-duties.ts";
import { planParts } from "../../bot/plan-of.ts";
import { instantOf } from "../../storage/zone.ts";
import { busy, RecordingChannel } from "../support/recording-channel.ts";
import { Scenario } from "../support/scenario.ts";

const zone = "Asia/Shanghai";
const at = (text: string): number => instantOf(zone, Date.parse(`${text}:00Z`));
const channels = new Set<string>(BUILT_CHANNELS);

/** Zhang and Li take a day each on workdays from 30 November, a Monday; Wang has neither account nor mail address. */
const FILE = `
people:
  - { id: "dingtalk:1", name: Zhang, role: operator, aliases: ["wecom:zhang"], email: zhang@shop.example, phone: "13800000001" }
  - { id: "console:li", name: Li, role: operator, email: li@shop.example, phone: "13800000002" }
  - { id: "console:wang", name: Wang, role: operator }
oncall:
  - name: db
    timezone: Asia/Shanghai
    rotation: { people: ["wecom:zhang", "console:li"], every: 1d, starts: 2026-11-30T09:00 }
    active: [{ weekdays: ["monday:friday"] }]
  - { name: odd, rotation: { people: ["console:wang"], every: 1w, starts: 2026-11-30T09:00 } }
global: { smtp_from: gengfu@shop.example, smtp_smarthost: "mail.shop.example:587" }
`;

let scenario: Scenario;
let now: InForce;
let onCall: OnCall;
let mail: RecordingChannel;
let group: RecordingChannel;
afterEach(() => scenario.stop());

async function open(text: string, start: string): Promise<void> {
  const config = parseConfig("gengfu.yml", `${FILE}${text}`, {});
  now = inForce(config, {
    channels,
    subscriptions: { all: () => [] },
    book: { find: () => undefined },
    consoleIsPrivate: true,
    robotBases: {} as never,
  });
  mail = new RecordingChannel({ edits: false });
  group = new RecordingChannel({ edits: false });
  const told = telling(
    { email: mail, dingtalk_robot: group, dingtalk: group },
    {
      askedAt: (address) => now.asked.get(address),
      holderOf: (rotation) => onCall.holderOf(rotation, scenario.clock.now()),
      nameOf: (id) => humansOf(config.people).of(id).name ?? id,
      locale: "en",
    },
  );
  scenario = await Scenario.open({
    rules: [{ id: 1, name: "hot", labels: { severity: "critical" } }],
    at: at(start),
    plan: planParts(config, channels),
    channels: told,
  });
  onCall = openOnCall({
    store: scenario.store,
    file: () => config.oncall,
    humans: () => humansOf(config.people),
    zone,
  });
}

/** An incident, and what is known of its deliveries after a while. */
async function burn(ms = 30_000): Promise<void> {
  scenario.sights.bad(1, { alertname: "hot" }, 95);
  await scenario.clock.advance(ms);
}

function deliveries(): string[] {
  const [incident] = scenario.alerts.book.activeIncidents();
  if (incident === undefined) throw new Error("nothing is wrong");
  return scenario.alerts
    .explain(incident, scenario.clock.now())
    .deliveries.map(
      ({ conversation, state, answer, trouble }) =>
        `${conversation} ${state} ${trouble === undefined ? (answer ?? "") : `${trouble.code}: ${trouble.message}`}`,
    );
}

/** To whom mails go just now, and whom robots mention. */
const mailedTo = (): string[] =>
  [...withDuties(now, holder).mailings.values()].flatMap(({ to }) => to.map(({ address }) => address));
const holder = (rotation: string) => onCall.holderOf(rotation, scenario.clock.now());

const PAGE = `
route: { receiver: ops, group_wait: 1s, routes: [{ receiver: page, matchers: ['severity="critical"'] }] }
receivers:
  - { name: ops, console_configs: [{ conversation: ops }] }
  - { name: page, email_configs: [{ oncall: db }] }
`;

describe("a mail", () => {
  test("goes to whoever is on call, and what became of it says who that was", async () => {
    await open(PAGE, "2026-12-01T08:00");
    await burn();
    expect(mail.shown.map(({ conversation }) => conversation)).toEqual(["email:page/0"]);
    expect(deliveries()).toEqual(["email:page/0 told on call for db: Zhang"]);
    expect(mailedTo()).toEqual(["zhang@shop.example"]);
  });

  test("that is tried again after a change of hands goes to whoever has taken over", async () => {
    await open(PAGE, "2026-12-01T08:59");
    mail.always = () => (scenario.clock.now() < at("2026-12-01T09:00") ? busy() : undefined);
    await burn(20_000);
    expect(deliveries()[0]).toContain("waiting");
    expect(mailedTo()).toEqual(["zhang@shop.example"]);
    await scenario.clock.advance(90_000);
    expect(deliveries()).toEqual(["email:page/0 told on call for db: Li"]);
    expect(mailedTo()).toEqual(["li@shop.example"]);
  });

  test("that nobody is on call for says so, and the receiver of the root is told", async () => {
    await open(PAGE, "2026-12-05T12:00");
    await burn();
    expect(mail.calls).toEqual([]);
    expect(deliveries()).toContain("email:page/0 lost nobody-on-call: nobody is on call for db");
    const [card] = scenario.console.shown;
    expect([card?.conversation, card?.card.incident]).toEqual(["console:ops", 1]);
    const [incident] = scenario.alerts.book.activeIncidents();
    expect(
      scenario.alerts.book.timeline(incident?.id ?? 0).map(({ what, note }) => `${what} ${note ?? ""}`),
    ).toEqual(
      expect.arrayContaining([
        "undeliverable nobody-on-call: nobody is on call for db",
        "failed-over console:ops",
      ]),
    );
  });

  test("to somebody without a mail address is told elsewhere, too; where the root itself has none, in the console", async () => {
    const odd = `
route: { receiver: page, group_wait: 1s }
receivers: [{ name: page, email_configs: [{ oncall: odd }] }]
`;
    await open(odd, "2026-12-01T12:00");
    await burn();
    expect(deliveries()).toContainEqual(
      expect.stringContaining("email:page/0 lost on-call-unreachable: on call for odd: Wang"),
    );
    expect(scenario.console.shown.map(({ conversation }) => conversation)).toContain("console:ops");
  });

  test("goes to the fallback that the file names before that of the root", async () => {
    await open(
      PAGE.replace(
        "[{ oncall: db }] }",
        "[{ oncall: db }], fallback: boss }\n  - { name: boss, console_configs: [{ conversation: boss }] }",
      ),
      "2026-12-05T12:00",
    );
    await burn();
    expect(scenario.console.shown.map(({ conversation }) => conversation)).toEqual(["console:boss"]);
  });

  test("has others beside: then nobody on call is no reason to tell the fallback, and is said", async () => {
    await open(PAGE.replace("oncall: db", "oncall: db, to: desk@shop.example"), "2026-12-05T12:00");
    await burn();
    expect(deliveries()).toEqual(["email:page/0 told nobody is on call for db"]);
    expect(mailedTo()).toEqual(["desk@shop.example"]);
  });
});

const GROUPS = `
route: { receiver: ops, group_wait: 1s }
receivers:
  - name: ops
    dingtalk_robot_configs: [{ access_token: "t", oncall: db }]
    dingtalk_configs: [{ conversation: "cid1", oncall: db }]
    wecom_robot_configs: [{ key: "k", mentioned_list: ["boss"], oncall: db }]
    wecom_app_configs: [{ corpid: "c", corpsecret: "s", agentid: 1, oncall: db, touser: "boss" }]
`;

describe("a group", () => {
  test("has whoever is on call mentioned: by their account there, else by their number", async () => {
    await open(GROUPS, "2026-12-01T08:00");
    const mentioned = () => {
      const { robots, weComApps } = withDuties(now, holder);
      return {
        dingTalk: robots.dingTalk
          .get("dingtalk_robot:ops")
          ?.map(({ atUserIds, atMobiles }) => [atUserIds, atMobiles]),
        weCom: robots.weCom
          .get("wecom_robot:ops")
          ?.map(({ mentioned: ids, mentionedMobiles }) => [ids, mentionedMobiles]),
        app: weComApps.get("wecom_app:ops/0")?.users,
      };
    };
    expect(mentioned()).toEqual({
      dingTalk: [[["1"], []]],
      weCom: [[["boss", "zhang"], []]],
      app: ["boss", "zhang"],
    });
    scenario.clock.set(at("2026-12-01T10:00"));
    expect(mentioned()).toEqual({
      dingTalk: [[[], ["13800000002"]]],
      weCom: [[["boss"], ["13800000002"]]],
      app: ["boss"],
    });
    scenario.clock.set(at("2026-12-05T10:00"));
    expect(mentioned()).toEqual({ dingTalk: [[[], []]], weCom: [[["boss"], []]], app: ["boss"] });
  });

  test("is told in any case; the card of the app mentions them, and says when it cannot", async () => {
    await open(GROUPS, "2026-12-01T08:00");
    await burn();
    const card = group.shown.find(({ conversation }) => conversation === "dingtalk:cid1")?.card;
    expect(card?.mentions).toEqual(["dingtalk:1", "wecom:zhang"]);
    expect(card?.text ?? "").not.toContain("on call");
    expect(deliveries()).toEqual(
      expect.arrayContaining([
        "dingtalk:cid1 told on call for db: Zhang",
        "dingtalk_robot:ops told on call for db: Zhang",
      ]),
    );
  });

  test("hears that nobody is on call", async () => {
    await open(GROUPS, "2026-12-05T12:00");
    await burn();
    const told = group.shown.map(({ conversation, card }) => [
      conversation,
      card.text?.includes("⚠ nobody is on call for db"),
    ]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["dingtalk:cid1", true],
        ["dingtalk_robot:ops", true],
      ]),
    );
    expect(group.shown.every(({ card }) => card.mentions === undefined)).toBe(true);
    expect(deliveries()).toContain("dingtalk_robot:ops told nobody is on call for db");
  });
});

test.each<readonly [channel: string, human: Partial<Human>, reached: string | undefined]>([
  ["dingtalk", { ids: ["wecom:a", "dingtalk:7"] }, "7"],
  ["dingtalk", { ids: ["wecom:a"], phone: "+8613800138000" }, undefined],
  ["dingtalk_robot", { ids: ["wecom:a"], phone: "+8613800138000" }, "13800138000"],
  // A landline of Beijing, and a number of the United States: robots know mobiles of China.
  ["dingtalk_robot", { ids: ["wecom:a"], phone: "+861012345678" }, undefined],
  ["wecom_robot", { ids: ["dingtalk:7"], phone: "+13800138000" }, undefined],
  ["wecom_robot", { ids: ["wecom:li:si"] }, "li:si"],
  ["wecom_app", { ids: ["dingtalk:7"], phone: "+8613800138000" }, undefined],
  ["email", { ids: ["wecom:a"], email: "a@shop.example" }, "a@shop.example"],
  ["sms", { ids: ["wecom:a"], phone: "+861012345678" }, "+861012345678"],
  ["console", { ids: ["console:a"] }, undefined],
])("%s reaches %j by %s", (channel, human, reached) => {
  const nobody = { id: "", name: undefined, phone: undefined, email: undefined, ids: [] };
  expect(reachedOn(channel, { ...nobody, ...human })).toBe(reached);
});

test("a step of an escalation may name a receiver that says oncall", async () => {
  const steps = `
route: { receiver: ops, group_wait: 1s, escalation: up }
escalation: [{ name: up, steps: [{ after: 5m, receiver: page }] }]
receivers:
  - { name: ops, console_configs: [{ conversation: ops }] }
  - { name: page, email_configs: [{ oncall: db }] }
`;
  await open(steps, "2026-12-01T08:58");
  await burn();
  expect(mail.shown).toEqual([]);
  await scenario.clock.advance(6 * 60_000);
  expect(deliveries()).toContain("email:page/0 told on call for db: Li");
});

test("who cannot be reached is worth knowing, with the place; so are tokens that can be guessed", () => {
  const text = `
  - { name: tok, ics_token: short, handover: { conversations: ["dingtalk:cid", "pager:1"] } }
receivers:
  - name: ops
    email_configs: [{ oncall: odd }]
    dingtalk_robot_configs: [{ access_token: "t", oncall: db }]
    dingtalk_configs: [{ conversation: "c", oncall: db, robots: [{ access_token: "u", oncall: odd }] }]
route: { receiver: ops }
`;
  const config = parseConfig(
    "gengfu.yml",
    FILE.replace("global:", `${text.split("receivers:")[0]}global:`) +
      `receivers:${text.split("receivers:")[1]}`,
    {},
  );
  const found = notesOf(config, new Set(["console", "email"])).map(
    ({ path, text: { en } }) => `${path}: ${en}`,
  );
  const works = "cannot be reached here: people has no account, phone or mail address of theirs that works";
  expect(found).toEqual(
    expect.arrayContaining([
      "oncall[2].ics_token: has fewer than 16 characters and can be guessed; openssl rand -hex 16 makes one",
      "oncall[2].handover.conversations[0]: DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET are not set, so nothing is sent there",
      "oncall[2].handover.conversations[1]: there is no channel pager, so nothing is sent there",
      `receivers[0].dingtalk_configs[0].oncall: Li ${works}`,
      `receivers[0].dingtalk_configs[0].robots[0].oncall: Wang ${works}`,
      `receivers[0].email_configs[0].oncall: Wang ${works}`,
    ]),
  );
  expect(found.some((line) => line.includes("dingtalk_robot_configs[0].oncall"))).toBe(false);
});

test("rotations that there are not are errors with their places", () => {
  const text = `
receivers:
  - name: ops
    email_configs: [{ to: a@shop.example }, { oncall: nix }]
    dingtalk_robot_configs: [{ access_token: "t", oncall: nix }]
    dingtalk_configs: [{ conversation: "c", oncall: nix, robots: [{ access_token: "u", oncall: nix }] }]
    wecom_configs: [{ conversation: "w", robots: [{ key: "k", oncall: nix }] }]
    wechaty_configs: [{ conversation: "r", oncall: nix }]
    wecom_robot_configs: [{ key: "k", oncall: nix }]
    wecom_app_configs: [{ corpid: "c", corpsecret: "s", agentid: 1, oncall: nix }]
`;
  expect(() => parseConfig("gengfu.yml", `${FILE}${text}`, {})).toThrow(
    expect.objectContaining({
      problems: [
        "dingtalk_configs[0].oncall",
        "dingtalk_configs[0].robots[0].oncall",
        "wecom_configs[0].robots[0].oncall",
        "wechaty_configs[0].oncall",
        "dingtalk_robot_configs[0].oncall",
        "wecom_robot_configs[0].oncall",
        "wecom_app_configs[0].oncall",
        "email_configs[1].oncall",
      ].map((path) => expect.objectContaining({ path: `receivers[0].${path}` })),
    }),
  );
});
