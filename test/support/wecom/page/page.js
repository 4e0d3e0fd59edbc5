// The page: asks the fake how things stand, draws it, and sends back what somebody says or presses.
import { h } from "./element.js";
import { blocks, templateCard } from "./render.js";

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = /** @type {HTMLInputElement} */ (at("text"));
const POLL_MS = 700;

/** Who speaks, where (`""` is the own chat with the bot), and what is answered. */
const chosen = { as: "", chat: "", quote: "" };
let drawn = "";
let drawnMessages = "";
/** @type {any} */
let state;

const FAULTS = [
  ["evict", "顶号", "Evict"],
  ["unsubscribe", "丢失订阅 846609", "Lose the subscription"],
  ["drop", "断开连接", "Drop"],
  ["freeze", "半开连接", "Half-open"],
  ["silent", "不答心跳", "No pongs"],
  ["lost", "丢一次回执", "Lose an ack"],
  ["often", "限频 45009 ×3", "Too often ×3"],
  ["twice", "重复推送", "Tell twice"],
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
}

/** The fake's name of the chosen conversation. */
function chatKey() {
  if (chosen.chat === "user" || chosen.chat === "app") return `${chosen.chat}/${chosen.as}`;
  return chosen.chat;
}

async function look() {
  const query = new URLSearchParams({ as: chosen.as, chat: chatKey() });
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
    chosen.as = state.people[0].id;
    chosen.chat = state.groups[0]?.key ?? "user";
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
  const group = state.groups.find((one) => one.key === chosen.chat);
  at("title").textContent = group?.name ?? (chosen.chat === "app" ? state.app : `${state.bot}（单聊）`);
  at("line").textContent = state.online ? "机器人在线 · bot online" : "机器人未连接 · bot offline";
  at("line").classList.toggle("is-online", state.online);
  at("mention").textContent = `@${state.bot}`;
  at("mention").hidden = group === undefined;
  input.placeholder =
    group === undefined ? "发消息 · Message" : `@${state.bot} 它才听得到 · it hears only mentions`;
}

function drawPeople() {
  at("people").replaceChildren(
    ...state.people.map(({ id, name, inScope }) =>
      item(
        name,
        name,
        inScope ? id : `${id} 不在可用范围 · out of scope`,
        { role: "radio", "aria-checked": String(id === chosen.as) },
        () => choose({ as: id }),
      ),
    ),
  );
}

function drawConversations() {
  const own = [
    { key: "user", name: state.bot, icon: "更", about: "单聊 · own chat" },
    { key: "app", name: state.app, icon: "应", about: "自建应用 · application" },
  ];
  const groups = state.groups.map((one) => ({ ...one, icon: "群", about: "群聊 · group" }));
  at("conversations").replaceChildren(
    ...[...groups, ...own].map(({ key, name, icon, about }) =>
      item(icon, name, about, { "aria-current": key === chosen.chat ? "page" : undefined }, () => {
        choose({ chat: key });
        if (key === "user") void send("/fake/enter", { as: chosen.as });
      }),
    ),
  );
}

/** @param {Partial<typeof chosen>} what */
function choose(what) {
  Object.assign(chosen, what);
  quote("");
  drawn = drawnMessages = "";
  void look();
}

/** @param {string} icon @param {string} name @param {string} about @param {object} more @param {() => void} click */
function item(icon, name, about, more, click) {
  return h(
    "button",
    { type: "button", class: "item", ...more, click },
    avatar(icon),
    h("span", {}, name, h("small", {}, about)),
  );
}

function drawMessages() {
  // Redrawn only when they changed: a choice that somebody is making on a card must not be lost.
  const now = JSON.stringify(state.messages);
  if (now === drawnMessages) return;
  drawnMessages = now;
  const list = at("messages");
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.replaceChildren(...(state.messages.length === 0 ? [nothingYet()] : state.messages.map(drawMessage)));
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

function nothingYet() {
  return h(
    "li",
    { class: "empty" },
    `还没有消息。试试「@${state.bot} 帮助」`,
    h("small", { lang: "en" }, "Nothing yet. Mention the bot and say help."),
  );
}

/** @param {any} message */
function drawMessage(message) {
  const { from, kind } = message;
  const isMine = from.kind === "person" && from.id === chosen.as;
  const bubble = h("div", { class: `bubble is-${kind}` });
  if (message.quote !== undefined) bubble.append(h("p", { class: "quoted" }, brief(message.quote)));
  bubble.append(content(message));
  // In markdown they stand where they are called.
  if (kind === "text" && message.mentions.length > 0)
    bubble.append(h("p", { class: "mentions" }, message.mentions.map(mention).join(" ")));
  return h(
    "li",
    { class: `message is-${from.kind}${isMine ? " is-mine" : ""}` },
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

/** @param {any} message */
function content(message) {
  const { card, kind, picture, text, from } = message;
  if (card !== undefined)
    return templateCard(
      card,
      (key, selected) =>
        void send("/fake/press", { task: card.taskId, key, as: chosen.as, selected, from: from.kind }),
    );
  if (picture !== undefined) return h("img", { src: picture, alt: text });
  if (kind === "text" || kind === "voice" || kind === "mixed") return h("p", { class: "plain" }, text);
  return h("div", { class: "markdown" }, blocks(message.blocks));
}

/** @param {any} message */
function told({ heard, card }) {
  if (card !== undefined && card.changes > 0)
    return h("span", {}, `已更新 ${card.changes} 次 · changed ${card.changes}×`);
  if (heard === undefined) return "";
  return heard
    ? h("span", { class: "told is-answered" }, "已推给机器人 · told")
    : h("span", { class: "told" }, "机器人听不到 · not heard");
}

function drawInspector() {
  const { counters } = state;
  numbers("counters", [
    ["在线", "open", counters.open],
    ["连接次数", "connects", counters.connections],
    ["每秒最多", "most per second", counters.connectsPerSecond],
    ["订阅", "subscribes", `${counters.subscribes} (−${counters.denied})`],
    ["被顶下线", "evictions", counters.evictions],
    ["心跳", "pings", counters.pings],
    ["没听到", "untold", counters.untold],
    ["错误帧", "malformed", counters.malformed],
    ["重复消息", "duplicates", counters.duplicates],
  ]);
  records("frames", state.frames, (one) => ({
    key: `${one.at} ${one.reqId} ${one.way}`,
    code: one.errcode,
    title: `${one.way === "in" ? "←" : "→"} ${one.cmd ?? "ack"}`,
    text: pretty(one.text),
  }));
  records("requests", state.requests, (one) => ({
    key: `${one.at} ${one.url}`,
    code: one.errcode ?? one.status,
    title: `${one.method} ${one.path}`,
    text: `${one.url}\n${pretty(one.text)}\n→ ${pretty(one.answer ?? "")}`.trim(),
  }));
}

/** @param {string} id @param {any[]} list @param {(one: any) => {key: string, code: unknown, title: string, text: string}} read */
function records(id, list, read) {
  const open = new Set(
    [...at(id).querySelectorAll("details[open]")].map((one) => /** @type {any} */ (one).dataset["key"]),
  );
  at(id).replaceChildren(
    ...list
      .slice()
      .reverse()
      .map((one) => {
        const { key, code, title, text } = read(one);
        const isBad = code !== undefined && code !== 0 && code !== 200;
        const status = h("b", { class: isBad ? "is-bad" : "" }, code === undefined ? "" : String(code));
        return h(
          "li",
          {},
          h(
            "details",
            { "data-key": key, open: open.has(key) },
            h("summary", {}, h("code", {}, title), " ", status),
            h("pre", {}, text),
          ),
        );
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
function badge({ kind }) {
  const words = { bot: "智能机器人", robot: "群机器人", app: "应用" };
  return kind === "person" ? "" : h("span", { class: "badge" }, words[kind]);
}

/** @param {string} who */
function mention(who) {
  if (who === "@all") return "@所有人";
  return `@${state.people.find(({ id }) => id === who)?.name ?? who}`;
}

/** @param {string} text */
function brief(text) {
  const line = text.split("\n")[0] ?? "";
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

/** @param {number} ms */
function time(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { hour12: false });
}

/** @param {string} id */
function quote(id) {
  chosen.quote = id;
  const message = state.messages.find((one) => one.id === id);
  at("quote").hidden = message === undefined;
  const words = at("quote").querySelector("span");
  if (message === undefined || words === null) return;
  words.textContent = `${message.from.name}：${brief(message.card?.title || message.text)}`;
  input.focus();
}

at("faults").replaceChildren(
  ...FAULTS.map(([what, zh, en]) =>
    h(
      "button",
      { type: "button", class: "quiet", click: () => void send("/fake/fault", { what }) },
      zh ?? "",
      h("small", { lang: "en" }, en ?? ""),
    ),
  ),
);
at("quote")
  .querySelector("button")
  ?.addEventListener("click", () => quote(""));
at("mention").addEventListener("click", () => {
  if (!input.value.includes(`@${state.bot}`)) input.value = `@${state.bot} ${input.value}`;
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
  const said = { chat: chatKey(), as: chosen.as, text, quote: chosen.quote };
  quote("");
  at("messages").scrollTop = at("messages").scrollHeight;
  void send("/fake/say", said);
});

await look();
setInterval(() => void look(), POLL_MS);
