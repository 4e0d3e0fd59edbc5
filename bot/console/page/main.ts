/** The page: puts the parts together and follows one conversation. */
import { pressButton, sayLine } from "./api.ts";
import { boardPanel } from "./board.ts";
import { drawMessage } from "./card.ts";
import { composer } from "./composer.ts";
import { byId, plain } from "./dom.ts";
import { doorsPanel } from "./doors.ts";
import { fillHelp, greeting } from "./greeting.ts";
import { messageLog } from "./log.ts";
import { follow } from "./stream.ts";
import { fillWords, say } from "./words.ts";

fillWords();

const conversation = new URLSearchParams(location.search).get("conversation") ?? "ops";
byId("room", HTMLElement).textContent = `# ${plain(conversation)}`;

const user = byId("user", HTMLInputElement);
user.value = localStorage.getItem("gengfu-user") ?? say("someone");
const me = (): string => user.value.trim() || say("someone");

const notice = byId("notice", HTMLElement);
function tell(error: unknown): void {
  notice.textContent = error instanceof Error ? error.message : String(error);
  notice.hidden = false;
}

const write = composer(async (line) => {
  notice.hidden = true;
  log.toBottom();
  try {
    log.put(await sayLine(conversation, me(), line));
  } catch (error) {
    tell(error);
    throw error;
  }
});
const pick = (line: string): void => {
  showTab("chat");
  write.fill(line);
};

const scroller = byId("log", HTMLElement);
// Reached by Tab, so that the arrow keys scroll it.
scroller.tabIndex = 0;

const pill = byId("pill", HTMLButtonElement);
const log = messageLog({
  scroller,
  list: byId("messages", HTMLElement),
  greeting: greeting(pick),
  draw: (message) =>
    drawMessage(message, me(), async ({ id }, action) => {
      notice.hidden = true;
      try {
        log.put(await pressButton(conversation, me(), id, action.id));
      } catch (error) {
        tell(error);
      }
    }),
  unseen(count) {
    pill.hidden = count === 0;
    pill.textContent = `${count} ${say("newMessages")}`;
  },
  edited({ title, status }) {
    const words = [say("edited"), plain(title ?? ""), status === undefined ? "" : say(status)];
    byId("spoken", HTMLElement).textContent = words.filter((word) => word !== "").join(" · ");
  },
});
pill.addEventListener("click", () => log.toBottom());

const badge = byId("badge", HTMLElement);
const drawBoard = boardPanel(byId("board", HTMLElement), {
  incident(incident) {
    showTab("chat");
    if (!log.showIncident(incident)) write.fill(`${say("showIncident")} ${incident}`);
  },
  rule: (rule) => pick(`${say("showRule")} ${rule}`),
});

const link = byId("link", HTMLElement);
function showLink(state: "connecting" | "live" | "lost"): void {
  if (link.dataset["state"] === state && link.textContent !== "") return;
  link.dataset["state"] = state;
  link.textContent = say(state);
}
showLink("connecting");

function showTab(tab: string): void {
  document.body.dataset["tab"] = tab;
  for (const button of document.querySelectorAll<HTMLButtonElement>(".tabs button"))
    button.setAttribute("aria-pressed", String(button.dataset["tab"] === tab));
}
for (const button of document.querySelectorAll<HTMLButtonElement>(".tabs button"))
  button.addEventListener("click", () => showTab(button.dataset["tab"] ?? "chat"));

const helpBox = byId("helpbox", HTMLDialogElement);
fillHelp(helpBox, pick);
byId("help", HTMLButtonElement).addEventListener("click", () => helpBox.showModal());

doorsPanel();

user.addEventListener("change", () => {
  user.value = me();
  localStorage.setItem("gengfu-user", user.value);
  log.redraw();
});

void follow(conversation, {
  messages: (messages) => log.put(messages),
  board(board) {
    drawBoard(board);
    const { incidents } = board.totals;
    badge.hidden = incidents === 0;
    badge.textContent = String(incidents);
    document.title = `${incidents > 0 ? `(${incidents}) ` : ""}${say("brand")} · ${conversation}`;
  },
  state: showLink,
});
