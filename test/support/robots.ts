/** The doors of both platforms' group robots on loopback: they take what they are given, or refuse as they are told. */
import { serveHttp } from "./web-server.ts";

/** Something that a robot said. */
export interface RobotSaid {
  /** The token or key it came with. */
  readonly token: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is answered instead of yes: a code in a 200, another status, words of somebody else, nothing, half of it. */
export type RobotTrick = number | "hang" | "html" | "reset" | { readonly status: number };

export interface FakeRobots {
  readonly url: string;
  /** What was said and taken, in order. */
  readonly said: readonly RobotSaid[];
  /** Every request with its token, taken or not. */
  readonly asked: readonly RobotSaid[];
  /** What each robot answers; undefined takes it. */
  answer: (token: string) => RobotTrick | undefined;
  /** Resolves once so many things were said. */
  heard(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function openRobots(): Promise<FakeRobots> {
  const said: RobotSaid[] = [];
  const asked: RobotSaid[] = [];
  const waiting = new Set<() => void>();
  const listening = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const query = new URL(request.url ?? "", "http://x").searchParams;
      const token = query.get("access_token") ?? query.get("key") ?? "";
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, unknown>>;
      const one = { token, query, body };
      asked.push(one);
      const trick = robots.answer(token);
      if (trick === "hang") return;
      if (trick === "reset") return void response.socket?.resetAndDestroy();
      if (trick === undefined) said.push(one);
      for (const look of waiting) look();
      const status = typeof trick === "object" ? trick.status : 200;
      response.writeHead(status, { "content-type": trick === "html" ? "text/html" : "application/json" });
      if (trick === "html") response.end("<html>please log in</html>");
      else response.end(JSON.stringify({ errcode: typeof trick === "number" ? trick : 0, errmsg: token }));
    });
  });
  const robots: FakeRobots = {
    url: listening.url,
    said,
    asked,
    answer: () => undefined,
    heard: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (said.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () => listening.close(),
  };
  return robots;
}

/** The text of a message, of whichever type it is. */
export function textOf({ body }: RobotSaid): string {
  const part = body[String(body["msgtype"])] as Readonly<Record<string, string>>;
  return part["text"] ?? part["content"] ?? "";
}
