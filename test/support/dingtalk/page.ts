/** The page on which people see the groups, and what it asks the fake for. */
import { pageFile } from "../fake-page/files.ts";
import { type Answer, type Call, htmlAnswer, objectOf, type Routes, textOf } from "./http.ts";
import type { FakeDingTalk } from "./index.ts";
import { masked } from "./mask.ts";
import type { MediaFile } from "./media.ts";

/** Whether a path is the page's own: none of that is logged or fails on purpose. */
export function isPagePath(path: string): boolean {
  return path === "/" || path.startsWith("/fake/");
}

const MOST_REQUESTS = 60;

export interface Page {
  readonly routes: Routes;
  /** A file of the page; undefined for any other path. */
  serve(call: Call): Answer | undefined;
}

export function openPage(fake: () => FakeDingTalk, media: ReadonlyMap<string, MediaFile>): Page {
  /** What the page shows, in the eyes of one person. */
  function state({ query }: Call): Answer {
    const { world, quota, settings, requests, deliveries } = fake();
    const conversation = query.get("conversation") ?? "";
    const as = query.get("as") ?? "";
    const person = world.people.get(as);
    const groups = [...world.groups.values()].map(({ id, title }) => ({ id, title }));
    return {
      status: 200,
      body: {
        robot: [...world.apps.values()][0]?.name ?? "",
        people: [...world.people.values()],
        groups,
        messages: person === undefined ? [] : fake().messages(conversation === "" ? as : conversation, as),
        deliveries: deliveries.all.slice(-MOST_REQUESTS).map(({ topic, msgId, state: is, pushes }) => ({
          topic,
          msgId,
          state: is,
          pushes: pushes.length,
          tookMs: pushes.find(({ tookMs }) => tookMs !== undefined)?.tookMs,
        })),
        requests: requests.slice(-MOST_REQUESTS).map((one) => ({ ...masked(one), headers: {} })),
        quota: { used: quota.used, api: settings.apiPerMonth, stream: settings.streamPerMonth },
        counters: fake().counters(),
        warnings: world.warnings.slice(-5),
      },
    };
  }

  function say({ text }: Call): Answer {
    const body = objectOf(text) ?? {};
    const { world } = fake();
    const [app] = world.apps.values();
    const conversation = textOf(body["conversation"]) ?? "";
    const typed = textOf(body["text"]) ?? "";
    const name = `@${app?.name ?? ""}`;
    const quotes = textOf(body["quotes"]);
    fake().say(conversation, textOf(body["as"]) ?? "", typed.replace(name, "").trim(), {
      mention: typed.includes(name),
      ...(quotes === undefined ? {} : { quotes }),
    });
    return { status: 200, body: {} };
  }

  function press({ text }: Call): Answer {
    const { message, button, as } = objectOf(text) ?? {};
    const { data } = fake().press(String(message), String(button), String(as));
    return { status: 200, body: { url: data["url"] } };
  }

  const faults: Readonly<Record<string, () => void>> = {
    disconnect: () => live().forEach((one) => void one.disconnect()),
    drop: () => live().forEach((one) => void one.drop()),
    freeze: () => live().forEach((one) => void one.freeze()),
    revoke: () => fake().revokeTokens(),
    busy: () => void fake().fail("/v1.0/", htmlAnswer(503), 5),
    lost: () => void fake().fail("/v1.0/card/instances", "lost", 1),
    again: () => {
      const last = fake().deliveries.all.at(-1);
      if (last !== undefined) fake().deliveries.again(last, 3);
    },
    heal: () => fake().heal(),
  };

  function live() {
    return fake().sockets.all.filter((one) => one.state === "live");
  }

  function changing(run: (call: Call) => Answer) {
    return (call: Call): Answer => {
      // Only this page may change something: another site's form can send neither this type nor this address.
      const isOurs = call.headers["content-type"] === "application/json" && isLoopback(call.headers.host);
      if (!isOurs) return { status: 403, body: { error: "not from this page" } };
      try {
        return run(call);
      } catch (error) {
        return { status: 400, body: { error: String(error) } };
      }
    };
  }

  return {
    routes: {
      "GET /fake/state": state,
      "POST /fake/say": changing(say),
      "POST /fake/press": changing(press),
      "POST /fake/fault": changing(({ text }) => {
        faults[String(objectOf(text)?.["what"])]?.();
        return { status: 200, body: {} };
      }),
    },
    serve({ method, path }) {
      if (method !== "GET") return undefined;
      const file = pageFile("test/support/dingtalk/page", path);
      if (file !== undefined)
        return { status: 200, headers: { ...file.headers, "content-type": file.type }, body: file.body };
      if (!path.startsWith("/fake/media/")) return undefined;
      const found = media.get(decodeURIComponent(path.slice("/fake/media/".length)));
      if (found === undefined) return { status: 404, body: { error: "no such file" } };
      const headers = { "content-type": found.contentType, "x-content-type-options": "nosniff" };
      return { status: 200, headers, body: found.bytes };
    },
  };
}

function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? "");
}
