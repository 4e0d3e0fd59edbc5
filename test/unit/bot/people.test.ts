/** Who may do what. */
import { describe, expect, test } from "vitest";
import { openPeople } from "../../../bot/people.ts";

const file = {
  people: [
    { id: "console:boss", name: "张三", role: "viewer" as const },
    { id: "dingtalk:0123", role: "operator" as const },
  ],
};

describe("on a console that only this machine can reach", () => {
  const whois = openPeople(file, true);

  test("everybody is an admin", () => {
    expect(whois("console:alice", undefined)).toEqual({ id: "console:alice", name: "alice", role: "admin" });
  });
  test("unless the file names them", () => {
    expect(whois("console:boss", undefined)).toEqual({ id: "console:boss", name: "张三", role: "viewer" });
  });
  test("unless the file has a default role", () => {
    const strict = openPeople({ ...file, default_role: "operator" }, true);
    expect(strict("console:alice", undefined).role).toBe("operator");
    expect(strict("console:boss", undefined).role).toBe("viewer");
  });
  test("other platforms are not the console", () => {
    for (const id of ["dingtalk:9", "wecom:console:x", "console", "Console:x"])
      expect(whois(id, undefined).role, id).toBe("viewer");
    expect(whois("dingtalk:0123", undefined).role).toBe("operator");
  });
});

test("on a console that others can reach, nobody is an admin by default", () => {
  expect(openPeople(file, false)("console:alice", undefined).role).toBe("viewer");
  expect(openPeople({ people: [], default_role: "admin" }, false)("console:alice", undefined).role).toBe(
    "admin",
  );
});

test("the name is that of the file, then the platform's, then the id without its platform", () => {
  const whois = openPeople(file, true);
  expect(whois("console:boss", "Boss").name).toBe("张三");
  expect(whois("dingtalk:0123", "李四").name).toBe("李四");
  expect(whois("wecom:li:si", undefined).name).toBe("li:si");
});
