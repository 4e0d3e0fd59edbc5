/** Who may do what. */
import { describe, expect, test } from "vitest";
import { openPeople } from "../../../bot/people.ts";

const file = {
  people: [
    { id: "console:boss", name: "张三", role: "viewer" as const },
    { id: "dingtalk:0123", role: "operator" as const },
  ],
};

const nobody = { find: () => undefined };

describe("on a console that only this machine can reach", () => {
  const whois = openPeople(file, nobody, true);

  test("everybody is an admin", () => {
    expect(whois("console:alice", undefined)).toEqual({
      id: "console:alice",
      name: "alice",
      role: "admin",
      from: "console",
    });
  });
  test("unless the file names them", () => {
    expect(whois("console:boss", undefined)).toEqual({
      id: "console:boss",
      name: "张三",
      role: "viewer",
      from: "file",
    });
  });
  test("unless the file has a default role", () => {
    const strict = openPeople({ ...file, default_role: "operator" }, nobody, true);
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
  expect(openPeople(file, nobody, false)("console:alice", undefined).role).toBe("viewer");
  expect(
    openPeople({ people: [], default_role: "admin" }, nobody, false)("console:alice", undefined).role,
  ).toBe("admin");
});

test("all accounts of one human have their role and name", () => {
  const people = [{ id: "dingtalk:1", aliases: ["wecom:zhang"], name: "张三", role: "operator" as const }];
  const whois = openPeople({ people }, nobody, true);
  for (const id of ["dingtalk:1", "wecom:zhang"])
    expect(whois(id, "z")).toEqual({ id, name: "张三", role: "operator", from: "file" });
});

test("the name is that of the file, then the platform's, then the id without its platform", () => {
  const whois = openPeople(file, nobody, true);
  expect(whois("console:boss", "Boss").name).toBe("张三");
  expect(whois("dingtalk:0123", "李四").name).toBe("李四");
  expect(whois("wecom:li:si", undefined).name).toBe("li:si");
});

describe("the people book", () => {
  const given = { role: "admin" as const, name: "王五", addedBy: "console:boss", at: 0 };
  const book = {
    find: (id: string) => (id === "console:boss" || id === "dingtalk:9" ? { ...given, id } : undefined),
  };
  const whois = openPeople({ ...file, default_role: "operator" }, book, true);

  test("is heard where the file names nobody", () => {
    expect(whois("dingtalk:9", "wang")).toEqual({
      id: "dingtalk:9",
      name: "王五",
      role: "admin",
      from: "book",
    });
    expect(whois("dingtalk:8", undefined)).toMatchObject({ role: "operator", from: "default" });
  });
  test("says nothing against the file", () => {
    expect(whois("console:boss", undefined)).toMatchObject({ role: "viewer", from: "file" });
  });
});

test("somebody unnamed is a viewer, whatever the default role", () => {
  const whois = openPeople({ people: [], default_role: "admin" }, nobody, true);
  expect(whois("dingtalk:?", "张三")).toEqual({
    id: "dingtalk:?",
    name: "张三",
    role: "viewer",
    from: "unnamed",
  });
});
