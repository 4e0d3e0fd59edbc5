/** The list of messages: in order, edited in place, only as much in the document as somebody may look at. */
import type { WireMessage } from "../wire.ts";
import { h } from "./dom.ts";
import { dayName } from "./format.ts";

export interface LogParts {
  /** What scrolls. */
  readonly scroller: HTMLElement;
  readonly list: HTMLElement;
  /** Stands above the first message when all of them are shown. */
  readonly greeting: HTMLElement;
  draw(message: WireMessage): HTMLElement;
  /** How many messages came that the reader, who looks at older ones, has not seen. */
  unseen(count: number): void;
  /** A card changed where it stands. */
  edited(message: WireMessage): void;
}

export interface MessageLog {
  /** Adds messages and brings edited ones up to date. */
  put(messages: readonly WireMessage[]): void;
  /** Draws everything anew, for a reader with another name. */
  redraw(): void;
  toBottom(): void;
  /** Brings the card of an incident into view; false when it is not kept. */
  showIncident(incident: number): boolean;
}

/** As many are kept in memory as the server keeps. */
const KEPT = 1_000;
/** As many are in the document to begin with, and come in when the reader scrolls up. */
const PAGE = 120;
/** More than this are taken out of the document again while the reader stays at the end. */
const MOST = 300;

const place = ({ id }: WireMessage): number => Number(id.slice(1));

export function messageLog({ scroller, list, greeting, draw, unseen, edited }: LogParts): MessageLog {
  let all: WireMessage[] = [];
  /** Messages from this index on are in the document. */
  let from = 0;
  let atEnd = true;
  /** Where the reader was seen last: the browser tells of a scroll only with its next frame. */
  let seenTop = 0;
  let missed = 0;
  list.before(greeting);

  const element = (message: WireMessage): HTMLElement => {
    const made = draw(message);
    made.dataset["day"] = new Date(message.at).toDateString();
    return made;
  };

  /** The line between two days belongs to the message after it, so that it moves and goes with it. */
  const mark = (message: HTMLElement, before: Element | null): void => {
    message.querySelector(":scope > .day")?.remove();
    const day = message.dataset["day"];
    if (day === undefined || (before instanceof HTMLElement && before.dataset["day"] === day)) return;
    message.prepend(h("p", { class: "day" }, dayName(new Date(day))));
  };

  const stayAtEnd = (): void => {
    scroller.scrollTop = scroller.scrollHeight;
    seenTop = scroller.scrollTop;
  };

  const toBottom = (): void => {
    atEnd = true;
    missed = 0;
    unseen(0);
    if (list.childElementCount > MOST) show(all.length - PAGE);
    stayAtEnd();
  };

  /** Whether the reader is at the end. What grew below does not take them away from it; scrolling up does. */
  const look = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const near = scrollHeight - scrollTop - clientHeight < 48;
    atEnd = near || (atEnd && scrollTop >= seenTop);
    seenTop = scrollTop;
  };

  /** Puts messages from `start` on into the document. */
  const show = (start: number): void => {
    from = Math.max(0, start);
    const shown = all.slice(from).map(element);
    for (const [i, message] of shown.entries()) mark(message, shown[i - 1] ?? null);
    list.replaceChildren(...shown);
    greeting.hidden = from > 0;
  };

  const showEarlier = (): void => {
    if (from === 0) return;
    const start = Math.max(0, from - PAGE);
    const earlier = all.slice(start, from).map(element);
    for (const [i, message] of earlier.entries()) mark(message, earlier[i - 1] ?? null);
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    const first = list.firstElementChild;
    list.prepend(...earlier);
    if (first instanceof HTMLElement) mark(first, first.previousElementSibling);
    from = start;
    greeting.hidden = from > 0;
    // What the reader looks at stays where it is.
    scroller.scrollTop = scroller.scrollHeight - fromEnd;
  };

  const replace = (index: number, message: WireMessage): void => {
    all[index] = message;
    const old = document.getElementById(message.id);
    if (old === null || !list.contains(old)) return;
    const made = element(message);
    made.classList.add("changed");
    const { activeElement } = document;
    // A button that is disabled while its click is under way has lost the focus to the body.
    const pressed = activeElement === document.body ? old.querySelector("[aria-busy]") : null;
    const focused = old.contains(activeElement) ? activeElement : pressed;
    mark(made, old.previousElementSibling);
    old.replaceWith(made);
    if (focused instanceof HTMLElement) {
      const again = made.querySelector<HTMLElement>(
        `[data-action="${CSS.escape(focused.dataset["action"] ?? "")}"]`,
      );
      (again ?? made.querySelector<HTMLElement>("button") ?? scroller).focus({ preventScroll: true });
    }
    edited(message);
  };

  const insert = (index: number, message: WireMessage): void => {
    all.splice(index, 0, message);
    if (index < from) {
      from++;
      return;
    }
    const made = element(message);
    list.insertBefore(made, list.children[index - from] ?? null);
    mark(made, made.previousElementSibling);
    if (made.nextElementSibling instanceof HTMLElement) mark(made.nextElementSibling, made);
    if (!atEnd) missed++;
  };

  const forgetOld = (): void => {
    const surplus = all.length - KEPT;
    if (surplus <= 0) return;
    all.splice(0, surplus);
    for (let i = from; i < surplus; i++) list.firstElementChild?.remove();
    from = Math.max(0, from - surplus);
  };

  scroller.addEventListener("scroll", () => {
    look();
    if (atEnd && missed > 0) {
      missed = 0;
      unseen(0);
    }
    if (scroller.scrollTop < 400) showEarlier();
  });
  // Pictures that arrive and a window that changes must not push the end out of sight.
  const keep = new ResizeObserver(() => {
    look();
    if (atEnd) stayAtEnd();
  });
  keep.observe(list);
  keep.observe(scroller);

  return {
    put(messages) {
      const first = all.length === 0;
      if (first && messages.length > PAGE) {
        all = [...messages].sort((a, b) => place(a) - place(b)).slice(-KEPT);
        show(all.length - PAGE);
        toBottom();
        return;
      }
      look();
      for (const message of messages) {
        const index = firstFrom(all, place(message));
        const known = all[index];
        if (known?.id !== message.id) insert(index, message);
        else if (known.seq < message.seq) replace(index, message);
      }
      forgetOld();
      if (atEnd) toBottom();
      else unseen(missed);
    },
    redraw() {
      look();
      show(from);
      if (atEnd) toBottom();
    },
    toBottom,
    showIncident(incident) {
      const index = all.findLastIndex(
        (message) => message.kind === "incident" && message.incident === incident,
      );
      const message = all[index];
      if (message === undefined) return false;
      if (index < from) show(index - 5);
      const found = document.getElementById(message.id);
      found?.scrollIntoView({ block: "center" });
      found?.classList.remove("changed");
      requestAnimationFrame(() => found?.classList.add("changed"));
      return true;
    },
  };
}

/** The index of the first message at or after a place. */
function firstFrom(messages: readonly WireMessage[], wanted: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = messages[middle];
    if (found !== undefined && place(found) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
