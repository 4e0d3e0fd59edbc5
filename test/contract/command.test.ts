/** What holds for every command of the table, so that a new one is tested before anybody writes a test for it. */
import { afterEach, describe, expect, it } from "vitest";
import type { Command } from "../../commands/command.ts";
import { findCommand } from "../../commands/find.ts";
import { commands } from "../../commands/index.ts";
import { normalize } from "../../commands/language/normalize.ts";
import type { Locale, Text } from "../../storage/locale.ts";
import { settle } from "../support/fake-clock.ts";
import { Road } from "../support/road.ts";

/** People who may take turns, and who do. */
const NAMED = ["zhangsan", "lisi", "张三", "李四"].map((name) => `people add console:${name} operator`);
const ON_CALL = "oncall add db: boss, zhangsan, lisi every monday 09:00";

/** A program that does nothing, and does it well. */
const ACTIONS: Readonly<Record<Locale, readonly object[]>> = {
  "zh-CN": [{ name: "重启nginx", command: ["/bin/true"] }],
  en: [{ name: "restart-nginx", command: ["/bin/true"] }],
};

/** What must have been said for the examples of a command to have something to work on, beside `prepared`. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  unack: ["ack 12"],
  unsubscribe: ["subscribe all"],
  "people remove": ["people add dingtalk:0123 operator"],
  oncall: [...NAMED, ON_CALL],
  "oncall swap": [...NAMED, ON_CALL],
  "oncall unswap": [
    ...NAMED,
    ON_CALL,
    ...["11:00", "12:00", "13:00"].map((hour) => `oncall swap db lisi until tomorrow ${hour}`),
  ],
  "oncall add": NAMED,
  "oncall remove": [...NAMED, ON_CALL],
  "oncall ics": [...NAMED, ON_CALL],
  "rule resume": ["rule pause 3"],
  "monitor pause": ["monitor add shop https://shop.example", "monitor add 商城 https://public.example"],
  "monitor remove": ["monitor add shop https://shop.example", "monitor add 商城 https://public.example"],
  "flow runs": ["flow add settlement: fetch", "flow add 夜间结算: 拉取"],
  "flow remove": ["flow add settlement: fetch", "flow add 夜间结算: 拉取"],
  "monitor resume": [
    "monitor add shop https://shop.example",
    "monitor add 商城 https://public.example",
    "monitor pause shop",
    "monitor pause 商城",
  ],
};

const LANGUAGES = [
  ["zh", "zh-CN"],
  ["en", "en"],
] as const satisfies readonly (readonly [keyof Text, Locale])[];

let road: Road;
afterEach(() => road.close());

/** A world with an incident 12, rules 1 to 3 and a silence 5 of something else. */
async function prepared(command: Command, locale: Locale): Promise<void> {
  road = await Road.open({ locale, actions: ACTIONS[locale] });
  await road.burn();
  await road.say("cpu > 99% for 1h alert");
  await road.say("every day at 09:00 remind report");
  await road.count("silences", 5);
  await road.say('silence instance="elsewhere" 2h');
  for (const line of BEFORE[command.words[0]] ?? []) await road.say(line);
  await settle();
}

const OUR_FAULT = /程序的错|our fault/;
const UNKNOWN = /没听懂|did not understand/;
const HAN = /\p{Script=Han}/u;

/** How many lines the last commits added to the audit trail. */
function auditLines(from: number): number {
  const operations = road.commits.slice(from).flat();
  return operations.filter(([op, table]) => op === "i" && table === "audit").length;
}

it("names everything once", async () => {
  road = await Road.open();
  const names = commands.flatMap(({ words, twins }) => [...words, ...twins]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.filter((name) => name !== name.toLowerCase() || name !== normalize(name))).toEqual([]);
});

describe.each(commands.map((command) => [command.words[0], command] as const))("%s", (name, command) => {
  const examples = LANGUAGES.flatMap(([language, locale]) =>
    command.examples[language].split("\n").map((line) => [locale, line] as const),
  );

  it("is found by each of its words, whatever case, and by a number glued to it", async () => {
    road = await Road.open();
    for (const words of [...command.words, ...command.twins]) {
      const lines = [
        words,
        words.toUpperCase(),
        `${words} 12`,
        `${words}#12`,
        `${words}: 12`,
        `${words}  12`,
      ];
      if (HAN.test(words)) lines.push(`${words}12`, `${words}１２`, `${words}：12`);
      for (const line of lines) {
        const found = findCommand(normalize(line), commands);
        expect(found?.command.words[0], line).toBe(name);
        expect(found?.words, line).toBe(words);
        expect(found?.rest.replace("#", ""), line).toBe(/1|１/.test(line) ? "12" : "");
      }
    }
  });

  it("says what it is, in both languages", async () => {
    road = await Road.open();
    expect(command.summary.zh).toMatch(HAN);
    expect(command.summary.en).not.toMatch(HAN);
    expect(command.takes.en === "").toBe(command.takes.zh === "");
    expect(command.takes.en).not.toMatch(HAN);
    expect(command.examples.en).not.toMatch(HAN);
    for (const words of command.words) expect(words).not.toMatch(HAN);
    for (const twin of command.twins) expect(twin).toMatch(HAN);
    const first = (line: string): string | undefined =>
      findCommand(normalize(line), commands)?.command.words[0];
    for (const [, line] of examples) expect(first(line), line).toBe(name);
  });

  it("is known to help by each of its words", async () => {
    road = await Road.open({ locale: "en" });
    for (const words of command.words) expect(await road.say(`help ${words}`)).toContain(command.summary.en);
    for (const twin of command.twins) expect(await road.say(`帮助 ${twin}`)).toContain(command.summary.zh);
  });

  it.each(examples)("answers its example (%s): %s", async (locale, line) => {
    await prepared(command, locale);
    const from = road.commits.length;
    const reply = await road.say(line, "operator");
    await settle();
    expect(reply).not.toMatch(OUR_FAULT);
    expect(reply).not.toMatch(UNKNOWN);
    expect(road.errors).toEqual([]);
    // Help names the twins, whatever the language.
    if (locale === "zh-CN") expect(reply).toMatch(HAN);
    else if (name !== "help") expect(reply).not.toMatch(HAN);
    // Whoever changes something is a matter of record, in the very commit that changes it.
    const changes = road.commits.length > from;
    if (!changes) return;
    expect(auditLines(from)).toBe(1);
    expect(auditLines(from + 1)).toBe(0);
    expect(road.world.audit.latest(1)).toEqual([
      {
        at: road.clock.now(),
        person: "console:operator",
        conversation: "console:ops",
        line: normalize(line),
      },
    ]);
  });

  it.each(examples)("asks for the role it needs (%s): %s", async (locale, line) => {
    await prepared(command, locale);
    const from = road.commits.length;
    const reply = await road.say(line, "stranger");
    await settle();
    const refused = /这需要|This needs/.test(reply) && reply.includes("console:stranger");
    expect(refused).toBe(command.needs !== "viewer");
    if (refused) expect(reply).toContain(`role: ${command.needs}`);
    // Nobody who may only look changes anything, whatever they say.
    expect(road.commits.slice(from)).toEqual([]);
  });

  it("changes something exactly if not everybody may say it", async () => {
    await prepared(command, "en");
    const from = road.commits.length;
    await road.say(command.examples.en.split("\n")[0] ?? "", "boss");
    // A look that is only tried needs a role, because it makes the machine ask somebody; it changes nothing.
    const looksOnly = name === "monitor test";
    expect(auditLines(from)).toBe(command.needs === "viewer" || looksOnly ? 0 : 1);
  });

  it("changes nothing when the disk refuses, and says so", async () => {
    await prepared(command, "en");
    const from = road.commits.length;
    road.refuse = "the disk is full";
    const line = command.examples.en.split("\n")[0] ?? "";
    const reply = await road.say(line);
    await settle();
    if (command.needs !== "viewer" && name !== "monitor test") expect(reply).toContain("Not saved");
    expect(road.commits.slice(from)).toEqual([]);
    road.refuse = undefined;
    expect(await road.say(line)).not.toContain("Not saved");
  });
});
