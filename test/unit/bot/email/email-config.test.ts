/** `email_configs`: what is asked for, what is said elsewhere, and what is refused. */
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../bot/config/error.ts";
import { notesOf } from "../../../../bot/config/notes.ts";
import { parseConfig } from "../../../../bot/config.ts";
import { mailingsOf } from "../../../../bot/email/mailings.ts";
import { readEnvironment } from "../../../../bot/environment.ts";
import { secretsOf } from "../../../../bot/secrets.ts";

const GLOBAL = "smtp_smarthost: smtp.shop.example:587, smtp_from: gengfu@shop.example";

function read(entry: string, global = GLOBAL) {
  return parseConfig(
    "gengfu.yml",
    `global: { ${global} }\nroute: { receiver: ops }\nreceivers: [{ name: ops, email_configs: [${entry}] }]\n`,
    {},
  );
}

function problems(entry: string, global?: string): readonly string[] {
  try {
    read(entry, global);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, text }) => `${path}: ${text.en}`);
  }
}

const mailing = (entry: string, global?: string) => mailingsOf(read(entry, global)).get("email:ops/0");

describe("a mail receiver", () => {
  it("takes from global what it does not say, and the rest as Alertmanager does", () => {
    expect(mailing("{ to: ops@shop.example }")).toEqual({
      to: [{ name: "", address: "ops@shop.example" }],
      from: { name: "", address: "gengfu@shop.example" },
      headers: {},
      threads: true,
      server: {
        host: "smtp.shop.example",
        port: 587,
        hello: "localhost",
        requireTls: true,
        implicitTls: false,
        tls: undefined,
        login: undefined,
      },
    });
    expect(read("{ to: ops@shop.example }").receivers[0]?.targets[0]?.sendResolved).toBe(false);
  });

  it("says itself what is different", () => {
    const global = `${GLOBAL}, smtp_hello: a.example, smtp_require_tls: false, smtp_auth_username: u, smtp_auth_password: p, smtp_auth_identity: i`;
    const entry = `{ to: "张三 <z@shop.example>, b@shop.example", from: "更夫 <me@other.example>", smarthost: "[::1]:465",
      hello: b.example, auth_username: v, auth_secret: s, require_tls: true, send_resolved: true }`;
    expect(mailing(entry, global)).toMatchObject({
      to: [
        { name: "张三", address: "z@shop.example" },
        { name: "", address: "b@shop.example" },
      ],
      from: { name: "更夫", address: "me@other.example" },
      server: {
        host: "::1",
        port: 465,
        hello: "b.example",
        requireTls: true,
        implicitTls: true,
        login: { username: "v", password: "p", secret: "s", identity: "i" },
      },
    });
  });

  it("may be told nothing in keys that are empty", () => {
    expect(
      mailing('{ to: ops@shop.example, auth_username: "", from: "" }', `${GLOBAL}, smtp_auth_username: ""`),
    ).toMatchObject({ from: { address: "gengfu@shop.example" }, server: { login: undefined } });
  });

  it("needs somebody to write to, a sender and a server", () => {
    expect(problems("{ to: ops@shop.example }", "resolve_timeout: 5m")).toEqual([
      "receivers[0].email_configs[0].from: is missing, and so is smtp_from of global",
      "receivers[0].email_configs[0].smarthost: is missing, and so is smtp_smarthost of global",
    ]);
    expect(problems("{}")).toEqual([
      "receivers[0].email_configs[0].to: is missing; write addresses here, or oncall",
    ]);
  });

  it.each([
    ["{ to: nobody }", "to: 'nobody' is no mail address such as ops@shop.example"],
    ['{ to: "{{ .CommonLabels.owner }}" }', "to: cannot be a template; write the addresses"],
    [
      '{ to: "a@b.example\\r\\nBcc: x@y.example" }',
      "to: 'a@b.example\r\nBcc: x@y.example' is no mail address such as ops@shop.example",
    ],
    ['{ to: a@b.example, from: "a@b.example, c@d.example" }', "from: can be one address only"],
    [
      "{ to: a@b.example, smarthost: smtp.shop.example }",
      "smarthost: 'smtp.shop.example' must be host:port, such as smtp.shop.example:587",
    ],
    [
      "{ to: a@b.example, smarthost: smtp.shop.example:99999 }",
      "smarthost: 'smtp.shop.example:99999' must be host:port, such as smtp.shop.example:587",
    ],
    ['{ to: a@b.example, hello: "a b" }', "hello: must be the name of a host"],
    ['{ to: a@b.example, headers: { X-A: "a\\nBcc: b" } }', "headers.X-A: must be one line"],
    [
      "{ to: a@b.example, headers: { Message-ID: x } }",
      "headers.Message-ID: is written by Gengfu itself, or would not do what it says",
    ],
    [
      "{ to: a@b.example, headers: { bcc: x@y.example } }",
      "headers.bcc: is written by Gengfu itself, or would not do what it says",
    ],
    ["{ to: a@b.example, tls: {} }", "tls: unknown key; is it spelt right?"],
  ])("%s: %s", (entry, problem) => {
    expect(problems(entry)).toEqual([`receivers[0].email_configs[0].${problem}`]);
  });

  it("has its templates read by nobody, which is said", () => {
    const config = read(
      `{ to: ops@shop.example, html: '{{ template "x" . }}', headers: { subject: "[{{ .Status }}]", X-Team: db } }`,
    );
    expect(mailingsOf(config).get("email:ops/0")?.headers).toEqual({ "X-Team": "db" });
    const notes = notesOf(config, new Set(["email"])).map(({ path, text }) => `${path}: ${text.en}`);
    expect(notes).toEqual([
      "receivers[0].email_configs[0].html: not read: Gengfu's mails need no templates",
      "receivers[0].email_configs[0].headers.subject: not read: Gengfu's mails need no templates",
    ]);
  });

  it("keeps its passwords out of every log", () => {
    const config = read(
      "{ to: a@b.example, auth_password: one, auth_secret: two, tls_config: { key: three } }",
      `${GLOBAL}, smtp_auth_password: four, smtp_auth_secret: five`,
    );
    const secrets = secretsOf(readEnvironment({}), config);
    for (const secret of ["one", "two", "three", "four", "five"]) expect(secrets).toContain(secret);
  });
});

describe("PUBLIC_URL", () => {
  it("is an address of the web, without a slash at its end", () => {
    expect(readEnvironment({ PUBLIC_URL: "https://g.example/w/" }).PUBLIC_URL).toBe("https://g.example/w");
    expect(readEnvironment({ PUBLIC_URL: "" }).PUBLIC_URL).toBeUndefined();
    expect(() => readEnvironment({ PUBLIC_URL: "g.example" })).toThrow("PUBLIC_URL");
  });
});
