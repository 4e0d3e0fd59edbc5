/** Doors before the onion: the same guards and the same words as behind it. */
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { AddDoors, Answer } from "../../../../bot/http/doors.ts";
import { startConsole, type TestConsole } from "../../../support/console.ts";

const open: TestConsole[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function start(door: () => Promise<Answer>, token?: string): Promise<TestConsole> {
  const doors: AddDoors[] = [(_router, busy) => busy.set("/busy", door)];
  const started = await startConsole({ doors, locale: "en", ...(token === undefined ? {} : { token }) });
  open.push(started);
  return started;
}

const yes = async (): Promise<Answer> => ({ status: 200, body: "" });

describe("a busy door", () => {
  test("answers with next to nothing when all is well", async () => {
    const { base } = await start(yes);
    const answer = await fetch(`${base}/busy`, { method: "POST", body: "[]" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(answer.headers.get("content-length")).toBe("0");
    expect(answer.headers.get("content-security-policy")).toBe(null);
  });

  test.each(["/busy?x=1", "/busy/"])("is there by another spelling, too: %s", async (path) => {
    const { base } = await start(yes);
    expect((await fetch(base + path, { method: "POST", body: "[]" })).status).toBe(200);
  });

  test.each([
    ["another site", { origin: "http://evil.example" }, 403],
    ["a browser that another site sent", { "sec-fetch-site": "cross-site" }, 403],
  ])("lets %s in no more than any other door", async (_who, headers, status) => {
    const { base, post } = await start(async () => {
      throw new Error("somebody got in");
    });
    expect(await post("/busy", [], headers)).toEqual(await post("/api/console/messages", [], headers));
    expect((await fetch(`${base}/busy`, { method: "POST", headers })).status).toBe(status);
  });

  test("asks for the token, and has no other method", async () => {
    const { base } = await start(yes, "t0ken");
    const ask = async (method: string, authorization: string): Promise<number> =>
      (await fetch(`${base}/busy`, { method, headers: { authorization } })).status;
    expect(await ask("POST", "Bearer wrong")).toBe(401);
    expect(await ask("POST", "Bearer t0ken")).toBe(200);
    expect(await ask("PUT", "Bearer t0ken")).toBe(405);
  });

  test("tells what was not foreseen as a reference, with the headers of every answer", async () => {
    const { base, errors } = await start(async () => {
      throw new Error("never to be seen");
    });
    const answer = await fetch(`${base}/busy`, { method: "POST", body: "[]" });
    expect(answer.status).toBe(500);
    expect(await answer.text()).toMatch(/^\{"error":"Internal error, reference [0-9a-f]{8};/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(errors).toHaveLength(1);
  });

  test("does not mind who leaves before the answer", async () => {
    let finish = (): void => {};
    let entered = (): void => {};
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const { port, base, errors } = await start(() => {
      entered();
      return new Promise((resolve) => {
        finish = () => resolve({ status: 400, body: "[]" });
      });
    });
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /busy HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
    await inside;
    socket.destroy();
    await new Promise((resolve) => socket.once("close", resolve));
    finish();
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect(errors).toEqual([]);
  });
});
