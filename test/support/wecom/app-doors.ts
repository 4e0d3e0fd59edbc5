/**
 * A self-built application's doors: tokens, messages to people, departments and tags, changes of cards, files.
 * developer.work.weixin.qq.com/document/path/91039, 90236, 94888, 90253.
 */
import { problemWith } from "./card-check.ts";
import {
  EMPTY,
  NO_TOKEN,
  NOBODY,
  NOT_JSON,
  refused,
  TOKEN_EXPIRED,
  type Verdict,
  WRONG_ADDRESS,
  WRONG_AGENT,
  WRONG_APP_SECRET,
  WRONG_CORP,
  WRONG_MEDIA_ID,
  WRONG_PARAMETER,
  WRONG_RESPONSE_CODE,
  WRONG_TOKEN,
  WRONG_TYPE,
} from "./codes.ts";
import type { Asked, Door, Reply } from "./doors.ts";
import type { MediaStore } from "./media.ts";
import { createRate, perHour, perMinute } from "./rates.ts";
import { type Body, bytesOf, listOf, numberOf, objectIn, partOf, textOf } from "./read.ts";
import { type Receivers, receiversOf, someReceivers } from "./receivers.ts";
import { uploaded } from "./uploaded.ts";
import { chatWith, type Draft, type Posted, post, type World } from "./world.ts";

const TOKEN_MS = 7_200_000;
const RESPONSE_CODE_MS = 72 * 3_600_000;
const TEXT_BYTES = 2_048;
const INTERACTIVE = ["button_interaction", "vote_interaction", "multiple_interaction"];
const CARDS = { kinds: ["text_notice", "news_notice", ...INTERACTIVE], linkButtons: true };
const MEDIA_TYPES = ["image", "voice", "video", "file"];

export interface AppIdentity {
  readonly corpId: string;
  readonly secret: string;
  readonly agentId: number;
  readonly name: string;
}

/** One message to many: what each of them got. */
type Copies = ReadonlyMap<string, Posted>;

export interface AppDoors {
  readonly doors: readonly Door[];
  /** No token that was given out is valid any more. */
  revokeTokens(): void;
  /** A code by which the message of a click may be changed once. */
  responseCodeFor(posted: Posted): string;
  /** How many tokens were asked for. */
  readonly tokensAsked: () => number;
}

export function createAppDoors(
  world: World,
  app: AppIdentity,
  media: MediaStore,
  usedTaskCode: number,
): AppDoors {
  const rate = createRate([perMinute(30), perHour(1_000)]);
  const tasks = new Set<string>();
  const copiesOf = new Map<string, Copies>();
  const codes = new Map<string, { readonly copies: Copies; readonly at: number }>();
  const saidAt = new Map<string, number>();
  const given = new Map<string, number>();
  let current = "";
  let asked = 0;
  const now = (): number => world.clock.now();
  const lives = (token: string): boolean => now() - (given.get(token) ?? Number.NEGATIVE_INFINITY) < TOKEN_MS;

  function giveToken({ query }: Asked): Verdict | object {
    asked += 1;
    if (query.get("corpid") !== app.corpId) return refused(WRONG_CORP);
    if (query.get("corpsecret") !== app.secret) return refused(WRONG_APP_SECRET);
    // The same token is given for as long as it lives.
    if (!lives(current)) {
      current = world.letters(64);
      given.set(current, now());
    }
    const left = TOKEN_MS - (now() - (given.get(current) ?? now()));
    return { errcode: 0, errmsg: "ok", access_token: current, expires_in: Math.floor(left / 1_000) };
  }

  function tokenProblem({ query }: Asked): Verdict | undefined {
    const token = query.get("access_token") ?? "";
    if (token === "") return refused(NO_TOKEN);
    if (!given.has(token)) return refused(WRONG_TOKEN);
    if (!lives(token)) return refused(TOKEN_EXPIRED);
    return world.faults.trusted ? undefined : refused(WRONG_ADDRESS);
  }

  function send(body: Body): Verdict | object {
    if (numberOf(body, "agentid") !== app.agentId) return refused(WRONG_AGENT);
    const receivers = receiversOf(world, body);
    if (receivers.people.length > 1_000) return refused(WRONG_PARAMETER, "touser");
    const kind = textOf(body, "msgtype") ?? "";
    const draft = draftOf(kind, partOf(body, kind));
    if ("errcode" in draft) return draft;
    if (receivers.people.length === 0) return { ...refused(NOBODY), ...receivers.invalid };
    const copies = isRepeated(body) ? new Map<string, Posted>() : deliver(draft, receivers);
    const msgid = world.letters(40);
    copiesOf.set(msgid, copies);
    const isInteractive = INTERACTIVE.includes(textOf(draft.card, "card_type") ?? "");
    return {
      errcode: 0,
      errmsg: "ok",
      ...receivers.invalid,
      msgid,
      ...(isInteractive ? { response_code: newCode(copies) } : {}),
    };
  }

  /** Nobody hears more than 30 a minute or 1000 an hour from one application: the rest is dropped without a word. */
  function deliver(draft: Omit<Draft, "from">, { people }: Receivers): Copies {
    const task = textOf(draft.card, "task_id");
    if (task !== undefined) tasks.add(task);
    const from = { kind: "app", id: String(app.agentId), name: app.name } as const;
    return new Map(
      people
        .filter(({ id }) => rate.take(id, now()))
        .map((person) => [person.id, post(world, chatWith(world, "app", person), { ...draft, from })]),
    );
  }

  function draftOf(kind: string, part: unknown): Omit<Draft, "from"> | Verdict {
    if (kind === "text" || kind === "markdown") {
      const content = textOf(part, "content");
      if (content === undefined) return refused(EMPTY);
      const isLong = bytesOf(content) > TEXT_BYTES;
      if (kind === "text") return { kind, source: isLong ? cut(content) : content };
      if (isLong) return refused(WRONG_PARAMETER, `markdown.content exceed max length ${TEXT_BYTES}`);
      return { kind, dialect: "robot", source: content };
    }
    if (kind === "textcard" || kind === "news") {
      const cards = kind === "news" ? listOf(part, "articles") : [part];
      const isWhole = (one: unknown): boolean =>
        textOf(one, "title") !== undefined && textOf(one, "url") !== undefined;
      if (cards.length < 1 || cards.length > 8 || !cards.every(isWhole))
        return refused(WRONG_PARAMETER, kind);
      const lines = cards.flatMap((one) => [textOf(one, "title"), textOf(one, "description")]);
      return { kind, source: lines.filter((line) => line !== undefined).join("\n") };
    }
    if (kind === "template_card") {
      const problem = problemWith(part, CARDS);
      if (problem !== undefined) return problem;
      return tasks.has(textOf(part, "task_id") ?? "") ? refused(usedTaskCode) : { kind, card: part as Body };
    }
    if (!MEDIA_TYPES.includes(kind)) return refused(WRONG_TYPE);
    const file = media.find(textOf(part, "media_id") ?? "", now());
    return file?.owner === "app" && file.type === kind
      ? { kind, source: file.name }
      : refused(WRONG_MEDIA_ID);
  }

  /** Whoever asks for it gets the same message once only within half an hour, or the time that they say. */
  function isRepeated(body: Body): boolean {
    if (numberOf(body, "enable_duplicate_check") !== 1) return false;
    const withinMs = (numberOf(body, "duplicate_check_interval") ?? 1_800) * 1_000;
    const content = JSON.stringify(body);
    const before = saidAt.get(content);
    if (before !== undefined && now() - before < withinMs) return true;
    saidAt.set(content, now());
    return false;
  }

  function newCode(copies: Copies): string {
    const code = world.letters(48);
    codes.set(code, { copies, at: now() });
    return code;
  }

  function change(body: Body): Verdict | object {
    if (numberOf(body, "agentid") !== app.agentId) return refused(WRONG_AGENT);
    const code = textOf(body, "response_code") ?? "";
    const known = codes.get(code);
    if (known === undefined || now() - known.at > RESPONSE_CODE_MS) return refused(WRONG_RESPONSE_CODE);
    const name = textOf(partOf(body, "button"), "replace_name");
    const card = partOf(body, "template_card");
    if (name === undefined && card === undefined) return refused(WRONG_PARAMETER, "button or template_card");
    // The task is that of the message; here a card needs none.
    const problem =
      card === undefined ? undefined : problemWith({ task_id: "same", ...(card as Body) }, CARDS);
    if (problem !== undefined) return problem;
    const { people, invalid } = someReceivers(world, body);
    codes.delete(code);
    for (const { id } of people) {
      const posted = known.copies.get(id);
      if (posted === undefined) continue;
      posted.changes += 1;
      const replaced = name ?? textOf(card, "replace_text");
      if (card !== undefined) posted.card = { task_id: posted.task, ...(card as Body) };
      if (replaced !== undefined) posted.replaced = replaced;
    }
    world.changed();
    return { errcode: 0, errmsg: "ok", invaliduser: invalid.invaliduser };
  }

  function recall(body: Body): Verdict | object {
    const copies = copiesOf.get(textOf(body, "msgid") ?? "");
    if (copies === undefined) return refused(WRONG_PARAMETER, "msgid");
    for (const [user, posted] of copies) {
      const list = world.chats.get(`app/${user}`)?.posted;
      const index = list?.indexOf(posted) ?? -1;
      if (index >= 0) list?.splice(index, 1);
    }
    world.changed();
    return { errcode: 0, errmsg: "ok" };
  }

  const posts: Readonly<Record<string, (body: Body) => Verdict | object>> = {
    "/cgi-bin/message/send": send,
    "/cgi-bin/message/update_template_card": change,
    "/cgi-bin/message/recall": recall,
  };

  async function door(one: Asked): Promise<Reply | undefined> {
    if (one.path === "/cgi-bin/gettoken") return { body: giveToken(one) };
    const run = one.method === "POST" ? posts[one.path] : undefined;
    const isUpload = one.method === "POST" && one.path === "/cgi-bin/media/upload";
    if (run === undefined && !isUpload) return undefined;
    const problem = tokenProblem(one);
    if (problem !== undefined) return { body: problem };
    if (run === undefined) return { body: await uploaded(world, media, one, "app", MEDIA_TYPES) };
    const body = objectIn(one.bytes.toString());
    return { body: body === undefined ? refused(NOT_JSON) : run(body) };
  }

  return {
    doors: [door],
    revokeTokens() {
      given.clear();
      current = "";
    },
    responseCodeFor(posted) {
      const copies = [...copiesOf.values()].find((all) => [...all.values()].includes(posted));
      return newCode(copies ?? new Map());
    },
    tokensAsked: () => asked,
  };
}

/** A text that is too long loses its end, at a whole letter. */
function cut(text: string): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, TEXT_BYTES)).replace(/\uFFFD+$/, "");
}
