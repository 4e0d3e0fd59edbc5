/** What the client of DingTalk does when nothing good comes back, and what it never tells. */
import { afterEach, describe, expect, test } from "vitest";
import { settle } from "../../../support/fake-clock.ts";
import {
  type ApiBench,
  type Asked,
  CLIENT_SECRET,
  everyWordOf,
  never,
  openApiBench,
  type Reply,
  refusalOf,
  tokenOf,
} from "./api-bench.ts";

let bench: ApiBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function opened(reply: (asked: Asked, n: number) => Reply, token?: (n: number) => Reply) {
  bench = await openApiBench(reply, token);
  return bench;
}

const card = {
  templateId: "t.schema",
  outTrackId: "card-1",
  cardParamMap: {},
  space: { group: "cidA==" },
  summary: "[P1] cpu",
};

describe("when DingTalk does not answer as it should", () => {
  const send = ({ api }: ApiBench, signal = new AbortController().signal): Promise<void> =>
    api.sendToGroup("cid", "sampleText", { content: "hi" }, signal);

  test("tries again after a page of HTML, whatever its status", async () => {
    for (const status of [200, 302, 403, 404, 502]) {
      const one = await opened(() => ({ status, body: "<html>Bad Gateway</html>" }));
      const error = await refusalOf(send(one));
      expect(error).toMatchObject({ next: "retry", code: status === 200 ? "unreadable" : String(status) });
      await one.close();
    }
  });

  test("reads no more than the beginning of a huge answer", async () => {
    let written = 0;
    const one = await opened(() => ({
      raw(response) {
        const chunk = Buffer.alloc(256 * 1024, " ");
        const more = (): void => {
          if (response.destroyed || written > 200 * 1024 * 1024) return;
          written += chunk.length;
          response.write(chunk, more);
        };
        response.writeHead(200);
        more();
      },
    }));
    expect(await refusalOf(send(one))).toMatchObject({ next: "retry", code: "unreadable" });
    expect(written).toBeLessThan(100 * 1024 * 1024);
  });

  test("waits ten seconds for an answer that never comes, and leaves no timer", async () => {
    let arrived = (): void => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const one = await opened(() => ({ raw: () => arrived() }));
    const sent = refusalOf(send(one));
    await there;
    await one.clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
    expect(one.clock.sleeping).toBe(0);
    expect(one.counted).toEqual([]);
  });

  test("waits no longer for a body that stops half-way", async () => {
    let arrived = (): void => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const one = await opened(() => ({
      raw(response) {
        response.writeHead(200);
        response.write('{"processQueryKey":', () => arrived());
      },
    }));
    const sent = refusalOf(send(one));
    await there;
    await one.clock.advance(10_000);
    expect(await sent).toMatchObject({ next: "retry", code: "timeout" });
  });

  test("stops at once when the caller's signal aborts", async () => {
    const control = new AbortController();
    const one = await opened(() => ({ raw: () => control.abort() }));
    expect(await refusalOf(send(one, control.signal))).toMatchObject({ next: "retry", code: "aborted" });
    expect(one.clock.sleeping).toBe(0);
  });

  test("asks nothing for a caller who is gone already", async () => {
    const one = await opened(() => ({}));
    expect(await refusalOf(send(one, AbortSignal.abort()))).toMatchObject({ code: "aborted" });
    expect([one.asked.length, one.tokens()]).toEqual([0, 0]);
  });

  test("names the trouble of a network by its code alone", async () => {
    const one = await opened(() => ({ raw: (response) => response.destroy() }));
    const error = await refusalOf(send(one));
    expect(error.next).toBe("retry");
    expect(error.code).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
    expect(everyWordOf(error)).not.toContain("127.0.0.1");
  });

  test("sends nothing twice over a connection that turns out to be closed", async () => {
    const ports = new Map<number | undefined, number>();
    const one = await opened(() => ({
      raw(response) {
        const { socket } = response;
        const before = ports.get(socket?.remotePort) ?? 0;
        ports.set(socket?.remotePort, before + 1);
        if (before > 0) return void socket?.destroy();
        response.end('{"processQueryKey":"q"}');
      },
    }));
    await send(one);
    // The token came over it, too.
    expect(await refusalOf(send(one))).toMatchObject({ next: "retry", code: "ECONNRESET" });
    expect(one.asked).toHaveLength(2);
  });

  test("keeps its pace: fifteen calls in a second, the others after it", async () => {
    const one = await opened(() => ({ body: { processQueryKey: "q" } }));
    await send(one);
    const sent = Promise.all(Array.from({ length: 20 }, () => send(one)));
    while (one.asked.length < 15) await settle();
    await settle();
    expect(one.asked).toHaveLength(15);
    await one.clock.advance(1_000);
    await sent;
    expect(one.asked).toHaveLength(21);
  });
});

describe("secrets", () => {
  /** Everything that came, as a careless server would repeat it. */
  const echo = ({ path, headers }: Asked): string =>
    `${path} ${headers["x-acs-dingtalk-access-token"]} ${CLIENT_SECRET} ${tokenOf(1)}`;

  test.each<[string, (asked: Asked) => Reply]>([
    [
      "a refusal that repeats them",
      (asked) => ({ status: 400, body: { code: "x.y", message: echo(asked) } }),
    ],
    ["an errcode that repeats them", (asked) => ({ body: { errcode: 40035, errmsg: echo(asked) } })],
    [
      "a refusal that is cut within one of them",
      () => ({ status: 400, body: { code: "x", message: `${"x".repeat(190)}${tokenOf(1)}` } }),
    ],
    ["a page that repeats them", (asked) => ({ status: 500, body: echo(asked) })],
    [
      "a delivery that repeats them",
      (asked) => ({
        body: { success: true, result: { deliverResults: [{ success: false, errorMsg: echo(asked) }] } },
      }),
    ],
    [
      "a token that is refused twice",
      (asked) => ({ status: 401, body: { code: "InvalidAuthentication", message: echo(asked) } }),
    ],
    ["a connection that breaks", () => ({ raw: (response) => response.destroy() })],
  ])("are in no error after %s", async (_, reply) => {
    const { api } = await opened(reply);
    for (const send of [
      () => api.createAndDeliver(card, never),
      () => api.uploadImage(new Uint8Array(3), "a.png", never),
    ]) {
      const words = everyWordOf(await refusalOf(send()));
      // Not half of one either.
      for (const part of [CLIENT_SECRET.slice(0, 8), tokenOf(1).slice(0, 9)])
        expect(words).not.toContain(part);
    }
  });

  test("are in no error when a token is no header", async () => {
    const { api } = await opened(
      () => ({}),
      () => ({ body: { accessToken: "tok\nen-secret", expireIn: 7200 } }),
    );
    const error = await refusalOf(api.createAndDeliver(card, never));
    expect(everyWordOf(error)).not.toContain("en-secret");
  });
});
