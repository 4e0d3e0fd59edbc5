/** The doors that other systems post to: where each is, a line to try it, and what came in last. */
import type { ArrivalView, DoorsView, DoorView } from "../doors-view.ts";
import { knock } from "./api.ts";
import { byId, type Child, h, keyed, plain } from "./dom.ts";
import { age, fullTime } from "./format.ts";
import { say } from "./words.ts";

/** While the panel is open it looks again this often, in milliseconds. */
const REFRESH_MS = 3_000;

/** Fills the dialog `#doorsbox`, which `#doors` opens. */
export function doorsPanel(): void {
  const box = byId("doorsbox", HTMLDialogElement);
  const names = h("nav", { class: "names", "aria-label": say("doors") });
  const page = h("div", { class: "door" });
  const wrong = h("p", { class: "notice", role: "alert", hidden: true });
  const close = h("button", { type: "button", class: "round close", "aria-label": say("close") }, "×");
  box.replaceChildren(
    h(
      "div",
      { class: "inner" },
      h("h2", {}, say("doors")),
      close,
      h("p", {}, say("doorsMore")),
      wrong,
      names,
      page,
    ),
  );
  let chosen: string | undefined;
  let timer: number | undefined;

  const draw = ({ doors }: DoorsView): void => {
    const door = doors.find(({ name }) => name === chosen) ?? doors[0];
    keyed(
      names,
      doors.map(({ name, kind, arrivals }) => ({
        name,
        kind,
        count: arrivals.length,
        on: name === door?.name,
      })),
      ({ name }) => name,
      ({ name, kind, count, on }) => {
        const made = h(
          "button",
          { type: "button", "aria-current": on ? "page" : undefined },
          h("bdi", {}, plain(name)),
          h("span", { class: "kind" }, kind === "api" ? "Alertmanager API" : plain(kind)),
          count === 0 ? undefined : h("span", { class: "count" }, String(count)),
        );
        made.addEventListener("click", () => {
          chosen = name;
          draw({ doors });
          // The button was drawn anew as the one that is chosen.
          names.querySelector<HTMLElement>('[aria-current="page"]')?.focus();
        });
        return made;
      },
    );
    if (door !== undefined) drawDoor(page, door);
  };
  const look = async (): Promise<void> => {
    try {
      const response = await knock("/api/console/doors");
      const answer = (await response.json()) as DoorsView & { readonly error?: string };
      if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
      wrong.hidden = true;
      if (box.open) draw(answer);
    } catch (error) {
      wrong.textContent = error instanceof TypeError ? say("unreachable") : String(error);
      wrong.hidden = false;
    }
  };

  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => clearInterval(timer));
  byId("doors", HTMLButtonElement).addEventListener("click", () => {
    page.replaceChildren();
    box.showModal();
    void look();
    timer = setInterval(() => void look(), REFRESH_MS);
  });
}

/** The page of one door; what did not change keeps its element, and a body that is open stays open. */
function drawDoor(page: HTMLElement, door: DoorView): void {
  const { arrivals, curl: _, ...about } = door;
  const parts: readonly Part[] = [
    { part: "about", of: about },
    // It names the time, and nobody can copy what changes under their hands.
    { part: "try", of: { name: door.name } },
    { part: "arrivals", of: { name: door.name } },
  ];
  keyed(
    page,
    parts,
    ({ part }) => part,
    ({ part }) =>
      part === "about"
        ? drawAbout(door)
        : part === "try"
          ? drawTry(door)
          : h("section", { class: "arrivals" }, h("h4", {}, say("arrivals")), h("ol", { class: "list" })),
  );
  const list = page.querySelector(".arrivals .list");
  if (list === null) return;
  keyed<ArrivalView | undefined>(
    list,
    arrivals.length === 0 ? [undefined] : arrivals,
    (one) => (one === undefined ? "none" : `${one.at} ${one.size} ${one.body}`),
    (one) => (one === undefined ? h("li", { class: "none" }, say("noArrivals")) : drawArrival(one)),
  );
}

interface Part {
  readonly part: "about" | "try" | "arrivals";
  readonly of: object;
}

function drawAbout({ name, kind, summary, url, token }: Omit<DoorView, "arrivals" | "curl">): Element {
  return h(
    "header",
    {},
    h("h3", {}, h("bdi", {}, plain(name)), h("span", { class: "kind" }, plain(kind))),
    h("p", { class: "summary" }, plain(summary)),
    h(
      "dl",
      {},
      h("dt", {}, say("address")),
      h("dd", {}, copyable(url)),
      h("dt", {}, say("token")),
      h("dd", {}, token === "" ? say("noToken") : h("code", {}, token)),
    ),
  );
}

function drawTry({ curl, signed }: DoorView): Element {
  return h(
    "section",
    { class: "try" },
    h("h4", {}, say("tryIt")),
    copyable(curl),
    h("p", { class: "note" }, say("tryNote"), signed ? ` ${say("signedNote")}` : undefined),
  );
}

/** A text with a button that puts it into the clipboard; where the browser refuses, it is selected. */
function copyable(text: string): Element {
  const code = h("code", { tabindex: 0 }, text);
  const copy = h("button", { type: "button", class: "copy" }, say("copy"));
  copy.addEventListener("click", () => {
    const select = (): void => getSelection()?.selectAllChildren(code);
    const done = (): void => {
      copy.textContent = say("copied");
      setTimeout(() => {
        copy.textContent = say("copy");
      }, 1_500);
    };
    // Only there where the page came over https or from this machine.
    const { clipboard } = navigator as { clipboard?: Clipboard };
    if (clipboard === undefined) select();
    else void clipboard.writeText(text).then(done, select);
  });
  return h("div", { class: "copyable" }, code, copy);
}

function drawArrival({ at, status, size, accepted, refused, error, body }: ArrivalView): Element {
  const when = new Date(at);
  const fine = error === "" && refused.length === 0;
  const became: Child[] = [
    accepted > 0 ? h("span", { class: "accepted" }, `${say("accepted")} ${accepted}`) : undefined,
    refused.length > 0 ? h("span", { class: "refused" }, `${say("refused")} ${refused.length}`) : undefined,
    error === "" ? undefined : h("span", { class: "refused", dir: "auto" }, plain(error)),
  ];
  return h(
    "li",
    { class: fine ? "arrival is-fine" : "arrival is-bad" },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span", { class: "status" }, String(status)),
        h("time", { datetime: at, title: fullTime(when) }, age(when)),
        ...became,
        h("span", { class: "size" }, `${size} ${say("bytes")}`),
      ),
      refused.length === 0
        ? undefined
        : h(
            "ul",
            { class: "reasons" },
            ...refused.map((one) => h("li", {}, `[${one.index}] ${plain(one.error)}`)),
          ),
      h("pre", { tabindex: 0 }, body),
    ),
  );
}
