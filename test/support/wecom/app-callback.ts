/**
 * What an application is told, and how: XML, encrypted, signed, to its callback.
 * developer.work.weixin.qq.com/document/path/90238, 90240, 101033.
 */
import { cardOf, type PressOptions, personOf } from "./acts.ts";
import { sealed, signatureOf, unsealed } from "./app-crypto.ts";
import type { AppDoors, AppIdentity } from "./app-doors.ts";
import { keysOf } from "./card-view.ts";
import { chatWith, type Posted, post, show, type World } from "./world.ts";

/** How a call is made; all but the first are what an application must refuse. */
export type CallManner = "right" | "wrong-signature" | "wrong-padding" | "wrong-receiver" | "wrong-key";

/** What the callback said. */
export interface Called {
  /** 0 when there was no answer. */
  readonly status: number;
  /** As it came. */
  readonly text: string;
  /** What it says, when it was sealed as it should be. */
  readonly reply: string | undefined;
  /** How often it was called: an answer that does not come within 5 s is asked for again. */
  readonly attempts: number;
}

export interface AppCallback {
  /** Where it is; nothing can be told before it is known. */
  listenAt(url: string): void;
  /** The visit by which WeCom makes sure of the address: right when `text` is `echo`. */
  verify(manner?: CallManner): Promise<Called & { readonly echo: string }>;
  /** A click on a card that the application sent. */
  press(taskId: string, key: string, user: string, options?: AppPressOptions): Promise<Called>;
  /** Something said to the application. */
  say(user: string, text: string, manner?: CallManner): Promise<Called>;
}

export interface AppPressOptions extends PressOptions {
  readonly manner?: CallManner;
}

export interface CallbackSecrets {
  readonly token: string;
  /** 43 letters. */
  readonly aesKey: string;
}

const ANSWER_MS = 5_000;
const MOST_ATTEMPTS = 3;

export function createAppCallback(
  world: World,
  app: AppIdentity,
  secrets: CallbackSecrets,
  doors: AppDoors,
): AppCallback {
  const { token, aesKey } = secrets;
  let address: string | undefined;

  /** The encrypted text, and the query that goes with it. */
  function letter(text: string, manner: CallManner): { encrypted: string; query: URLSearchParams } {
    const encrypted = sealed(
      manner === "wrong-key" ? `${world.letters(42)}A` : aesKey,
      text,
      manner === "wrong-receiver" ? "wwSomebodyElse" : app.corpId,
      world.letters(16),
      manner === "wrong-padding" ? "wrong" : "right",
    );
    const timestamp = String(Math.floor(world.clock.now() / 1_000));
    const nonce = world.letters(10);
    const signature = signatureOf(
      manner === "wrong-signature" ? `${token}x` : token,
      timestamp,
      nonce,
      encrypted,
    );
    return { encrypted, query: new URLSearchParams({ msg_signature: signature, timestamp, nonce }) };
  }

  function addressed(query: URLSearchParams): string {
    if (address === undefined) throw new Error("the callback's address is not known; call listenAt first");
    return `${address}${address.includes("?") ? "&" : "?"}${query}`;
  }

  async function call(url: string, body?: string): Promise<Called> {
    for (let attempts = 1; ; attempts++) {
      const answer = await once(url, body);
      if (answer !== undefined) return { ...answer, reply: replyIn(answer.text, aesKey), attempts };
      if (attempts === MOST_ATTEMPTS) return { status: 0, text: "", reply: undefined, attempts };
    }
  }

  async function once(
    url: string,
    body: string | undefined,
  ): Promise<{ readonly status: number; readonly text: string } | undefined> {
    const late = new AbortController();
    const done = new AbortController();
    const waiting = AbortSignal.any([done.signal, world.ending]);
    void world.clock.sleep(ANSWER_MS, waiting).then(() => late.abort());
    try {
      const headers = { "content-type": "text/xml" };
      const response = await fetch(url, {
        signal: late.signal,
        ...(body === undefined ? {} : { method: "POST", headers, body }),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    } finally {
      done.abort();
    }
  }

  function tell(details: readonly string[], user: string, manner: CallManner): Promise<Called> {
    const xml = [
      `<xml><ToUserName>${data(app.corpId)}</ToUserName><FromUserName>${data(user)}</FromUserName>`,
      `<CreateTime>${Math.floor(world.clock.now() / 1_000)}</CreateTime>`,
      ...details,
      `<AgentID>${app.agentId}</AgentID></xml>`,
    ].join("");
    const { encrypted, query } = letter(xml, manner);
    const body = `<xml><ToUserName>${data(app.corpId)}</ToUserName><AgentID>${data(String(app.agentId))}</AgentID><Encrypt>${data(encrypted)}</Encrypt></xml>`;
    return call(addressed(query), body);
  }

  return {
    listenAt(url) {
      address = url;
    },
    async verify(manner = "right") {
      const echo = world.letters(20);
      const { encrypted, query } = letter(echo, manner);
      query.set("echostr", encrypted);
      return { ...(await call(addressed(query))), echo };
    },
    async press(taskId, key, user, { selected = {}, manner = "right" } = {}) {
      const { posted } = cardOf(world, taskId, user, "app");
      const card = show(posted, user).card;
      if (card === undefined || !keysOf(card).includes(key))
        throw new Error(`the card ${taskId} has no button ${key} for ${user}`);
      const items = Object.entries(selected).map(([question, options]) => {
        const ids = options.map((option) => `<OptionId>${data(option)}</OptionId>`).join("");
        return `<SelectedItem><QuestionKey>${data(question)}</QuestionKey><OptionIds>${ids}</OptionIds></SelectedItem>`;
      });
      const details = [
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event>",
        `<EventKey>${data(key)}</EventKey><TaskId>${data(taskId)}</TaskId><CardType>${data(card.kind)}</CardType>`,
        `<ResponseCode>${data(doors.responseCodeFor(posted))}</ResponseCode>`,
        items.length === 0 ? "" : `<SelectedItems>${items.join("")}</SelectedItems>`,
      ];
      const called = await tell(details, user, manner);
      replaceButton(posted, called.reply);
      world.changed();
      return called;
    },
    say(user, text, manner = "right") {
      const person = personOf(world, user);
      const chat = chatWith(world, "app", person);
      post(world, chat, {
        from: { kind: "person", id: user, name: person.name },
        kind: "text",
        source: text,
      });
      const id = String(Math.floor(world.clock.now())) + world.letters(4);
      return tell(
        [`<MsgType><![CDATA[text]]></MsgType><Content>${data(text)}</Content><MsgId>${data(id)}</MsgId>`],
        user,
        manner,
      );
    },
  };
}

/** The answer to a click may put a text in the place of the buttons, for whoever clicked. */
function replaceButton(posted: Posted, reply: string | undefined): void {
  if (!/<MsgType>(?:<!\[CDATA\[)?update_button/.test(reply ?? "")) return;
  const name = /<ReplaceName>(?:<!\[CDATA\[)?([^\]<]+)/.exec(reply ?? "")?.[1];
  if (name === undefined) return;
  posted.replaced = name;
  posted.changes += 1;
}

function replyIn(text: string, aesKey: string): string | undefined {
  const encrypted = /<Encrypt>(?:<!\[CDATA\[)?([^\]<]+)/.exec(text)?.[1];
  if (encrypted === undefined) return undefined;
  try {
    return unsealed(aesKey, encrypted).text;
  } catch {
    return undefined;
  }
}

/** `]]>` would end it. */
function data(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
