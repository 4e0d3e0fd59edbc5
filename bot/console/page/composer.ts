/** The input line: sends, remembers, grows with what is typed. */
import { byId } from "./dom.ts";
import { recall } from "./recall.ts";

export interface Composer {
  /** Puts a line in for the reader to look at and send. */
  fill(line: string): void;
}

const KEY = "gengfu-lines";

/** Wires the form; `send` resolves when the line was answered, and gives the line back by rejecting. */
export function composer(send: (line: string) => Promise<void>): Composer {
  const form = byId("composer", HTMLFormElement);
  const line = byId("line", HTMLTextAreaElement);
  const before: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  const said = recall(Array.isArray(before) ? before.map(String) : []);
  /** Lines are sent one after the other, so that they are answered in the order they were typed. */
  let sending = Promise.resolve();
  let waiting = 0;

  const grow = (): void => {
    line.style.height = "auto";
    line.style.height = `${line.scrollHeight + 2}px`;
    form.classList.toggle("empty", line.value.trim() === "");
  };
  const set = (text: string): void => {
    line.value = text;
    line.setSelectionRange(text.length, text.length);
    grow();
  };

  const submit = (): void => {
    const text = line.value.trim();
    if (text === "") return;
    said.add(text);
    sessionStorage.setItem(KEY, JSON.stringify(said.lines));
    set("");
    waiting++;
    form.classList.add("busy");
    sending = sending
      .then(() => send(text))
      .catch(() => {
        if (line.value === "") set(text);
      })
      .finally(() => {
        waiting--;
        form.classList.toggle("busy", waiting > 0);
      });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  line.addEventListener("input", grow);
  line.addEventListener("keydown", (event) => {
    // While an input method composes, Enter and the arrows are its own.
    if (event.isComposing || event.keyCode === 229) return;
    const { value, selectionStart, selectionEnd } = line;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") {
      set("");
    } else if (event.key === "ArrowUp" && !value.slice(0, selectionStart).includes("\n")) {
      const found = said.earlier(value);
      if (found === undefined) return;
      event.preventDefault();
      set(found);
    } else if (event.key === "ArrowDown" && !value.slice(selectionEnd).includes("\n")) {
      const found = said.later();
      if (found === undefined) return;
      event.preventDefault();
      set(found);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { activeElement } = document;
    if (activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement) return;
    if (document.querySelector("dialog[open]") !== null) return;
    event.preventDefault();
    line.focus();
  });
  grow();
  if (matchMedia("(pointer: fine)").matches) line.focus();

  return {
    fill(text) {
      set(text);
      line.focus();
    },
  };
}
