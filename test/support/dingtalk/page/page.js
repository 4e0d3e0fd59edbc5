// The page: asks the fake how things stand, draws it, and sends back what somebody says or presses.
import { h } from "./element.js";
import { markdown, picture } from "./render.js";

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = /** @type {HTMLInputElement} */ (at("text"));
const POLL_MS = 700;

/** Who speaks, where, and what is answered. */
const chosen = { as: "", conversation: "", quotes: "" };
let drawn = "";
/** @type {any} */
let state;

const FAULTS = [
  ["disconnect", "轮换连接", "Rotate"],
  ["drop", "断开连接", "Drop"],
  ["freeze", "半开连接", "Half-open"],
  ["again", "重复推送", "Push again"],
  ["revoke", "吊销令牌", "Revoke token"],
  ["busy", "503 ×5", "503 ×5"],
  ["lost", "丢失应答", "Lose an answer"],
  ["heal", "恢复", "Heal"],
];

/** @param {string} path @param {object} body */
async function send(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  at("wrong").hidden = response.ok;
  at("wrong").textContent = answer.error ?? "";
  await look();
  return answer;
}

async function look() {
  const query = new URLSearchParams({ as: chosen.as, conversation: chosen.conversation });
  try {
    const text = await (await fetch(`/fake/state?${query}`)).text();
    document.body.classList.remove("is-away");
    if (text === drawn) return;
    drawn = text;
    state = JSON.parse(text);
  } catch {
    document.body.classList.add("is-away");
    return;
  }
  if (chosen.as === "") {
    chosen.as = state.people[0].key;
    chosen.conversation = state.groups[0]?.id ?? "";
    drawn = "";
    return look();
  }
  draw();
}

function draw() {
  drawPeople();
  drawConversations();
  drawMessages();
  drawInspector();
  const group = state.groups.find((one) => one.id === chosen.conversation);
  at("title").textContent = group?.title ?? `${state.robot}（单聊）`;
  const { connections } = state.counters;
  at("line").textContent = connections === 0 ? "机器人未连接 · bot offline" : `机器人在线 · bot online`;
  at("line").classList.toggle("is-online", connections > 0);
  at("mention").textContent = `@${state.robot}`;
  at("mention").hidden = group === undefined;
  input.placeholder =
    group === undefined ? "发消息给机器人 · Message" : `@${state.robot} 它才听得到 · it hears only mentions`;
}

function drawPeople() {
  at("people").replaceChildren(
    ...state.people.map((person) =>
      h(
        "button",
        {
          type: "button",
          class: "item",
          role: "radio",
          "aria-checked": String(person.key === chosen.as),
          click: () => {
            chosen.as = person.key;
            drawn = "";
            void look();
          },
        },
        avatar(person.nick),
        h("span", {}, person.nick, h("small", {}, person.staffId ?? "没有工号 · no staff id")),
      ),
    ),
  );
}

function drawConversations() {
  const chats = [...state.groups, { id: "", title: state.robot, isOwn: true }];
  at("conversations").replaceChildren(
    ...chats.map(({ id, title, isOwn }) =>
      h(
        "button",
        {
          type: "button",
          class: "item",
          "aria-current": id === chosen.conversation ? "page" : undefined,
          click: () => {
            chosen.conversation = id;
            quote("");
            drawn = "";
            void look();
          },
        },
        avatar(isOwn ? "更" : "群"),
        h("span", {}, title, h("small", {}, isOwn ? "单聊 · own chat" : "群聊 · group")),
      ),
    ),
  );
}

function drawMessages() {
  const list = at("messages");
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.replaceChildren(...(state.messages.length === 0 ? [nothingYet()] : state.messages.map(drawMessage)));
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

function nothingYet() {
  const words = "还没有消息。试试「@机器人 帮助」";
  return h(
    "li",
    { class: "empty" },
    words,
    h("small", { lang: "en" }, "Nothing yet. Mention the bot and say help."),
  );
}

/** @param {any} message */
function drawMessage(message) {
  const { from, kind } = message;
  const press = (button) => void pressed(message.id, button);
  const isMine = from.is === "person" && from.id === chosen.as;
  const bubble = h("div", { class: `bubble is-${kind}` });
  const quoted = state.messages.find((one) => one.id === message.quotes);
  if (quoted !== undefined)
    bubble.append(h("p", { class: "quoted" }, `${quoted.from.name}：${brief(quoted)}`));
  bubble.append(content(message, press));
  if (message.mentions.length > 0)
    bubble.append(h("p", { class: "mentions" }, message.mentions.map(mention).join(" ")));
  const buttons = kind === "card" || kind === "actionCard" ? below(message) : [];
  if (buttons.length > 0)
    bubble.append(h("div", { class: "buttons" }, ...buttons.map((one) => button(one, press))));
  return h(
    "li",
    { class: `message is-${from.is}${isMine ? " is-mine" : ""}` },
    avatar(from.name),
    h(
      "div",
      { class: "body" },
      h("p", { class: "about" }, h("b", {}, from.name), badge(from), h("time", {}, time(message.at))),
      bubble,
      h(
        "p",
        { class: "under" },
        h("button", { type: "button", class: "link", click: () => quote(message.id) }, "引用 · quote"),
        told(message),
      ),
    ),
  );
}

/** @param {any} message @param {(label: string) => void} press */
function content(message, press) {
  const { kind, text } = message;
  if (kind === "card" || kind === "actionCard" || kind === "markdown") {
    const title =
      message.title === undefined
        ? []
        : [h("p", { class: "push", title: "通知里看到的 · in the push" }, message.title)];
    return h("div", { class: "markdown" }, ...title, markdown(text, press));
  }
  if (kind === "image") return picture(message.picture ?? "", "");
  if (kind === "link" || kind === "feedCard")
    return h(
      "div",
      {},
      ...message.buttons.map((one) => h("p", {}, h("b", {}, one.text), h("code", {}, one.url ?? ""))),
      text,
    );
  return h("p", { class: "plain" }, text);
}

/** The buttons below a message; links within its text are pressed there. @param {any} message */
function below(message) {
  return message.buttons.filter((one) => !message.text.includes(`[${one.text}](${one.url})`));
}

/** @param {any} one @param {(id: string) => void} press */
function button(one, press) {
  return h(
    "button",
    { type: "button", class: one.color === "gray" ? "gray" : "", click: () => press(one.id) },
    one.text,
  );
}

/** @param {string} message @param {string} id */
async function pressed(message, id) {
  const { url } = await send("/fake/press", { message, button: id, as: chosen.as });
  if (url === undefined) return;
  at("wrong").hidden = false;
  at("wrong").textContent = `会打开 would open: ${url}`;
}

/** How the push of it went. @param {any} message */
function told(message) {
  const delivery = state.deliveries.find((one) => one.msgId === message.id);
  if (delivery === undefined) return "";
  const words = {
    waiting: "等待确认 · waiting",
    answered: `已确认 · acked ${delivery.tookMs} ms`,
    late: "超时 · late",
    unanswered: "无人确认 · unanswered",
    nowhere: "机器人听不到 · not for the bot",
  };
  const times = delivery.pushes > 1 ? ` · 推送 ${delivery.pushes} 次` : "";
  return h("span", { class: `told is-${delivery.state}` }, `${words[delivery.state]}${times}`);
}

function drawInspector() {
  const { used, api, stream } = state.quota;
  const of = (count, most) => (most === undefined ? String(count) : `${count} / ${most}`);
  numbers("quota", [
    ["API", "API calls", of(used.api, api)],
    ["推送与 Webhook", "Stream & webhook", of(used.stream, stream)],
  ]);
  const { counters } = state;
  numbers("counters", [
    ["在线", "open", counters.connections],
    ["申请", "asked for", counters.opens],
    ["推送", "pushes", `${counters.pushes} (+${counters.pushedAgain})`],
    ["确认", "acks", counters.acks],
    ["最慢", "slowest", `${counters.slowestAckMs} ms`],
    ["错误帧", "wrong frames", counters.wrongFrames],
  ]);
  at("warnings").hidden = state.warnings.length === 0;
  at("warnings")
    .querySelector("ul")
    ?.replaceChildren(...state.warnings.map((text) => h("li", {}, text)));
  const open = new Set(
    [...document.querySelectorAll("#requests details[open]")].map((one) => one.dataset["key"]),
  );
  at("requests").replaceChildren(
    ...state.requests.toReversed().map((one) => {
      const key = `${one.at} ${one.path}`;
      const status = h(
        "b",
        { class: one.status >= 400 || one.status === 0 ? "is-bad" : "" },
        String(one.status || "—"),
      );
      const details = h(
        "details",
        { "data-key": key, open: open.has(key) },
        h("summary", {}, status, ` ${one.method} `, h("code", {}, one.path)),
      );
      details.append(h("pre", {}, `${one.query}\n${pretty(one.body)}\n→ ${pretty(one.answer)}`.trim()));
      return h("li", {}, details);
    }),
  );
}

/** @param {string} id @param {[string, string, unknown][]} rows */
function numbers(id, rows) {
  at(id).replaceChildren(
    ...rows.map(([zh, en, value]) =>
      h("div", {}, h("dt", {}, zh, h("small", { lang: "en" }, en)), h("dd", {}, String(value))),
    ),
  );
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {string} name */
function avatar(name) {
  const colour = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6;
  return h("i", { class: `avatar colour-${colour}`, "aria-hidden": "true" }, name.slice(-2));
}

/** @param {any} from */
function badge(from) {
  return from.is === "person"
    ? ""
    : h("span", { class: "badge" }, from.is === "app" ? "机器人" : "自定义机器人");
}

/** @param {string} who */
function mention(who) {
  if (who === "@ALL") return "@所有人";
  return `@${state.people.find(({ staffId }) => staffId === who)?.nick ?? who}`;
}

/** @param {any} message */
function brief(message) {
  return (message.title ?? message.text).slice(0, 40);
}

/** @param {number} ms */
function time(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { hour12: false });
}

/** @param {string} id */
function quote(id) {
  chosen.quotes = id;
  const message = state.messages.find((one) => one.id === id);
  at("quote").hidden = message === undefined;
  const words = at("quote").querySelector("span");
  if (message !== undefined && words !== null) words.textContent = `${message.from.name}：${brief(message)}`;
  if (message !== undefined) input.focus();
}

at("faults").replaceChildren(
  ...FAULTS.map(([what, zh, en]) =>
    h(
      "button",
      { type: "button", class: "quiet", click: () => void send("/fake/fault", { what }) },
      zh,
      h("small", { lang: "en" }, en ?? ""),
    ),
  ),
);
at("quote")
  .querySelector("button")
  ?.addEventListener("click", () => quote(""));
at("mention").addEventListener("click", () => {
  if (!input.value.includes(`@${state.robot}`)) input.value = `@${state.robot} ${input.value}`;
  input.focus();
});
at("inspect").addEventListener("click", () => {
  const isOpen = document.body.classList.toggle("shows-inspector");
  at("inspect").setAttribute("aria-expanded", String(isOpen));
});
at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text === "") return;
  input.value = "";
  const quotes = chosen.quotes;
  quote("");
  at("messages").scrollTop = at("messages").scrollHeight;
  void send("/fake/say", { conversation: chosen.conversation || chosen.as, as: chosen.as, text, quotes });
});

await look();
setInterval(() => void look(), POLL_MS);
