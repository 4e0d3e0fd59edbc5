/** The bot's greeting: who it is, and three sentences to click into the input line. */
import { h } from "./dom.ts";
import { examples, say } from "./words.ts";

/** The examples as buttons; `pick` gets the sentence. */
function offers(pick: (line: string) => void): HTMLElement {
  const buttons = examples.map((line) => {
    const made = h("button", { type: "button", class: "offer" }, line);
    made.addEventListener("click", () => pick(line));
    return made;
  });
  return h("div", { class: "offers" }, ...buttons);
}

/** The greeting as the first message of the conversation. */
export function greeting(pick: (line: string) => void): HTMLElement {
  return h(
    "div",
    { class: "msg bot greeting" },
    h("img", { class: "face", src: "/assets/icon.svg", alt: "", width: 32, height: 32 }),
    h(
      "div",
      { class: "said" },
      h("p", { class: "meta" }, h("span", { class: "name" }, say("brand"))),
      h(
        "article",
        { class: "card is-none" },
        h("header", {}, h("h3", {}, say("hello"))),
        h("div", { class: "text" }, h("p", {}, say("helloMore"))),
        offers(pick),
        h("p", { class: "hint" }, say("helloEnd")),
      ),
    ),
  );
}

/** Fills the dialog behind the question mark with the same. */
export function fillHelp(box: HTMLDialogElement, pick: (line: string) => void): void {
  const close = h("button", { type: "button", class: "round close", "aria-label": say("close") }, "×");
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.replaceChildren(
    h(
      "div",
      { class: "inner" },
      h("h2", {}, say("help")),
      close,
      h("p", {}, say("helloMore")),
      offers((line) => {
        box.close();
        pick(line);
      }),
      h("p", { class: "hint" }, say("helloEnd")),
      h("p", { class: "hint keys" }, say("keys")),
    ),
  );
}
