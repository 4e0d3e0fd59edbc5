/** The addresses that answers go to: the newest of each conversation, until shortly before its end. */
import { expect, it } from "vitest";
import { openSessions } from "../../../../bot/dingtalk/sessions.ts";

const MINUTE = 60_000;

it("the newest address of a conversation is used, until a minute before its end", () => {
  const sessions = openSessions();
  sessions.remember("a", "old", 90 * MINUTE);
  sessions.remember("a", "new", 100 * MINUTE);
  expect(sessions.find("a", 98 * MINUTE)).toBe("new");
  expect(sessions.find("a", 99 * MINUTE)).toBeUndefined();
  expect(sessions.find("b", 0)).toBeUndefined();
});

it("one that does not work is forgotten", () => {
  const sessions = openSessions();
  sessions.remember("a", "url", 90 * MINUTE);
  sessions.forget("a");
  expect(sessions.find("a", 0)).toBeUndefined();
});

it("the conversations that were quiet longest are forgotten first", () => {
  const sessions = openSessions();
  sessions.remember("first", "url", 90 * MINUTE);
  for (let i = 0; i < 999; i++) sessions.remember(`c${i}`, "url", 90 * MINUTE);
  sessions.remember("first", "url", 90 * MINUTE);
  sessions.remember("one more", "url", 90 * MINUTE);
  expect([sessions.find("first", 0), sessions.find("c0", 0)]).toEqual(["url", undefined]);
});
