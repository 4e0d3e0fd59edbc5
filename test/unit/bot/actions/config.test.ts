/** What `actions:` takes and what it refuses. */
import { describe, expect, it } from "vitest";
import { actionsSchema } from "../../../../bot/actions/config.ts";

const ok = { name: "restart", command: ["/bin/systemctl", "restart", "nginx"] };

function wrong(...actions: object[]): string[] {
  return (actionsSchema.safeParse(actions).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
}

describe("actions", () => {
  it("are programs with arguments, or requests", () => {
    expect(
      wrong(ok, {
        name: "call",
        http: { url: "https://ci.example/{{ $labels.job }}" },
        labels: { job: "[a-z]+" },
      }),
    ).toEqual([]);
  });

  it.each([
    [{ name: "x" }, "0: needs either command or http"],
    [{ ...ok, http: { url: "https://x.example" } }, "0: needs either command or http"],
    [
      { ...ok, name: "now" },
      "0.name: must be a letter and up to 63 more letters, digits, _, . or -, and not 'now'",
    ],
    [
      { ...ok, name: "two words" },
      "0.name: must be a letter and up to 63 more letters, digits, _, . or -, and not 'now'",
    ],
    [{ ...ok, command: ["systemctl"] }, "0.command.0: must be the absolute path of a program"],
    [
      { ...ok, command: ["/bin/{{ $labels.host }}"], labels: { host: "x" } },
      "0.command.0: must be the absolute path of a program",
    ],
    [
      { ...ok, command: ["/bin/x", "{{ $labels.host }}"] },
      "0.labels: {{ $labels.host }} is used, and nothing says what it may be",
    ],
    [{ ...ok, labels: { host: "x" } }, "0.labels.host: is used nowhere"],
    [{ ...ok, on: ["firing"] }, "0.matchers: is missing: an action with on must say for what"],
    [{ ...ok, timeout: "11m" }, "0.timeout: must be at most 10m"],
    [
      { name: "x", http: { url: "https://ci-{{$labels.host}}.example/" }, labels: { host: "x" } },
      "0.http.url: must not have {{ }} in its host",
    ],
    [
      { name: "x", http: { url: "https://x.example" }, cwd: "/tmp" },
      "0.http: env and cwd mean something only with command",
    ],
  ])("%j is refused", (action, problem) => {
    expect(wrong(action)).toEqual([problem]);
  });

  it("have distinct names, and expressions that are RE2", () => {
    expect(wrong(ok, ok)).toEqual(["1.name: 'restart' is there already"]);
    const [problem] = wrong({ ...ok, command: ["/bin/x", "{{ $labels.a }}"], labels: { a: "(?=x)" } });
    expect(problem).toMatch(/^0\.labels\.a: is no RE2 expression: /);
  });
});
