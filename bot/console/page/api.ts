/** The page's way to the console's doors: with the token where one is needed, and errors in words. */
import type { WireMessage } from "../wire.ts";
import { byId, h } from "./dom.ts";
import { say } from "./words.ts";

const KEY = "gengfu-token";

/** The headers that carry the token, if there is one. */
function credentials(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

let asking: Promise<void> | undefined;

/** Asks for the token; resolves when one was given. Several who need it at once ask once. */
function askToken(): Promise<void> {
  asking ??= new Promise<void>((resolve) => {
    const box = byId("tokenbox", HTMLDialogElement);
    const field = byId("token", HTMLInputElement);
    // Without it there is nothing to see: the dialog cannot be waved away.
    box.addEventListener("cancel", (event) => event.preventDefault());
    byId("tokenform", HTMLFormElement).addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        sessionStorage.setItem(KEY, field.value.trim());
        field.value = "";
        box.close();
        asking = undefined;
        resolve();
      },
      { once: true },
    );
    box.showModal();
  });
  return asking;
}

/** Fetches with the token, asking for it when the server does. Rejects when the server cannot be reached. */
export async function knock(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const response = await fetch(path, {
      ...init,
      headers: { ...(init.headers as Record<string, string> | undefined), ...credentials() },
    });
    if (response.status !== 401) return response;
    await askToken();
  }
}

async function send(path: string, body: object): Promise<readonly WireMessage[]> {
  let response: Response;
  try {
    response = await knock(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(say("unreachable"));
  }
  const answer = (await response.json().catch(() => ({}))) as { replies?: WireMessage[]; error?: string };
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer.replies ?? [];
}

/** Says a line; resolves with the replies. Rejects with words for people. */
export function sayLine(conversation: string, user: string, text: string): Promise<readonly WireMessage[]> {
  return send("/api/console/messages", { conversation, user, text });
}

/** Presses a button of a card; resolves with the replies or the changed card. Rejects with words for people. */
export function pressButton(
  conversation: string,
  user: string,
  card: string,
  action: string,
): Promise<readonly WireMessage[]> {
  return send("/api/console/clicks", { conversation, user, card, action });
}

/** A picture of this server; fetched by hand, because an `img` cannot carry the token. */
export function picture(path: string, alt: string): HTMLImageElement | undefined {
  if (!path.startsWith("/api/")) return undefined;
  const image = h("img", { class: "picture", alt });
  void knock(path)
    .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(String(response.status)))))
    .then((blob) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        image.src = String(reader.result);
      });
      reader.readAsDataURL(blob);
    })
    .catch(() => image.remove());
  return image;
}
