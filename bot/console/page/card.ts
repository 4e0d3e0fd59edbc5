/** Draws one message: a person's line, or a card of the bot's. */
import type { Action, CardLink } from "../../../alerts/card.ts";
import type { WireMessage } from "../wire.ts";
import { chartFigure } from "./chart.ts";
import { h, plain } from "./dom.ts";
import { clockTime, fullTime } from "./format.ts";
import { markdown } from "./markdown.ts";
import { say } from "./words.ts";

/** What a button does; resolves when it is done. */
export type Press = (message: WireMessage, action: Action) => Promise<void>;

/** A list item for a message. `me` is the reader's own name. */
export function drawMessage(message: WireMessage, me: string, press: Press): HTMLLIElement {
  const at = new Date(message.at);
  const bot = message.from === "bot";
  const name = bot ? say("brand") : plain(message.from);
  const mine = !bot && message.from === me;
  return h(
    "li",
    { class: `msg ${bot ? "bot" : mine ? "mine" : "other"}`, id: message.id },
    bot
      ? h("img", { class: "face", src: "/assets/icon.svg", alt: "", width: 32, height: 32 })
      : h("span", { class: "face letter", "aria-hidden": "true" }, h("bdi", {}, [...name][0] ?? "?")),
    h(
      "div",
      { class: "said" },
      h(
        "p",
        { class: "meta" },
        h("bdi", { class: "name" }, name),
        h("time", { datetime: message.at, title: fullTime(at) }, clockTime(at)),
      ),
      bot ? drawCard(message, press) : h("p", { class: "bubble", dir: "auto" }, message.text ?? ""),
    ),
  );
}

function drawCard(message: WireMessage, press: Press): HTMLElement {
  const { title, status, severity, fields, actions, links, image, text, kind } = message;
  // A finished incident is calm again, whatever it was.
  const colour = status === "resolved" ? "resolved" : (severity ?? "none");
  const heading = title !== undefined || status !== undefined;
  return h(
    "article",
    {
      class: `card ${kind} is-${colour} now-${status ?? "none"}`,
      ...(title !== undefined && { "aria-label": plain(title) }),
    },
    heading ? drawHeading(message) : undefined,
    text === undefined || text === "" ? undefined : h("div", { class: "text", dir: "auto" }, markdown(text)),
    fields === undefined || fields.length === 0
      ? undefined
      : h("dl", {}, ...fields.map(({ name, value }) => field(name, value))),
    links === undefined || links.length === 0 ? undefined : h("p", { class: "links" }, ...links.map(link)),
    image === undefined ? undefined : chartFigure(image, plain(title ?? "")),
    actions === undefined || actions.length === 0
      ? undefined
      : h("div", { class: "actions" }, ...actions.map((action) => button(message, action, press))),
  );
}

function drawHeading({ title, status, severity, incident }: WireMessage): HTMLElement {
  return h(
    "header",
    {},
    h(
      "h3",
      { dir: "auto" },
      // The number is said in the title by some; it is not said twice.
      incident === undefined || title?.includes(`#${incident}`)
        ? undefined
        : h("span", { class: "number" }, `#${incident} `),
      plain(title ?? ""),
    ),
    h(
      "span",
      { class: "chips" },
      severity === undefined || status === "resolved"
        ? undefined
        : h("span", { class: `chip sev-${severity}` }, say(severity)),
      status === undefined ? undefined : h("span", { class: `chip st-${status}` }, say(status)),
    ),
  );
}

/** Longer values get a line of their own; in characters, where a Chinese one counts twice. */
const WIDE = 20;

function field(name: string, value: string): HTMLElement {
  const width = [...value].reduce((sum, character) => sum + (character > "\u2e7f" ? 2 : 1), 0);
  return h(
    "div",
    { class: width > WIDE && "wide" },
    h("dt", {}, h("bdi", {}, plain(name))),
    h("dd", { dir: "auto" }, h("bdi", {}, plain(value))),
  );
}

function link({ label, url }: CardLink): HTMLElement {
  if (!/^https?:\/\//i.test(url)) return h("span", {}, plain(label));
  return h("a", { href: url, rel: "noopener noreferrer", target: "_blank", title: url }, plain(label));
}

function button(message: WireMessage, action: Action, press: Press): HTMLButtonElement {
  const made = h(
    "button",
    { type: "button", class: "action", "data-action": action.id, title: plain(action.command) },
    plain(action.label),
  );
  made.addEventListener("click", () => {
    const all = [...(made.parentElement?.querySelectorAll("button") ?? [])];
    for (const one of all) one.disabled = true;
    made.setAttribute("aria-busy", "true");
    void press(message, action).finally(() => {
      for (const one of all) one.disabled = false;
      made.removeAttribute("aria-busy");
      if (made.isConnected && document.activeElement === document.body) made.focus({ preventScroll: true });
    });
  });
  return made;
}
