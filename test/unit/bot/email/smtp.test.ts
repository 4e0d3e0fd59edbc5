/** What a mail server may do: encrypt or not, ask who we are, say no in every way, say nothing, hang up. */
import { describe, expect, it } from "vitest";
import { SendError } from "../../../../alerts/channel.ts";
import { hasOpenssl, makeCertificates, serveRaw } from "../../../support/web-server.ts";
import { openBench, SELF_SIGNED } from "./bench.ts";

const PASSWORD = "s3cret-密码";
const LOGIN = `smtp_auth_username: gengfu, smtp_auth_password: "${PASSWORD}"`;

describe("encryption", () => {
  it("is required: a server without STARTTLS gets nothing, and that is said", async () => {
    const { smtp, refused, post } = await openBench({
      server: { hideSTARTTLS: true, disabledCommands: ["AUTH", "STARTTLS"] },
    });
    const error = await refused();
    expect(error).toMatchObject({ next: "retry", code: "no-starttls" });
    expect(error.message).toContain("require_tls");
    expect(smtp.taken).toEqual([]);
    await expect(post()).rejects.toThrow(SendError);
  });

  it("is done without where the file says so, and the server has none", async () => {
    const { smtp, post } = await openBench({
      server: { hideSTARTTLS: true },
      global: "smtp_require_tls: false",
    });
    await post();
    expect(smtp.taken[0]?.secure).toBe(false);
  });

  it("is used all the same where the server has it, whoever vouches for it", async () => {
    const { smtp, post } = await openBench({ global: "smtp_require_tls: false" });
    await post();
    expect(smtp.taken[0]?.secure).toBe(true);
  });

  it("needs a certificate that somebody vouches for", async () => {
    const { smtp, refused } = await openBench({ global: "smtp_require_tls: true" });
    const error = await refused();
    expect(error.next).toBe("retry");
    expect(error.code).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|CERT_/);
    expect(smtp.taken).toEqual([]);
  });

  it("is there from the first byte where the file says so", async () => {
    const { smtp, post } = await openBench({
      server: { secure: true },
      global: `${SELF_SIGNED}, smtp_force_implicit_tls: true`,
    });
    await post();
    expect(smtp.taken[0]?.secure).toBe(true);
  });

  it.skipIf(!hasOpenssl)("trusts the authority of tls_config, and the name that it gives", async () => {
    const { authority, good, wrongHost } = makeCertificates();
    const global = (name: string) =>
      `smtp_tls_config: { ca: ${JSON.stringify(authority)}, server_name: ${name} }`;
    const one = await openBench({ server: { ...good }, global: global("shop.test") });
    await one.post();
    expect(one.smtp.taken).toHaveLength(1);
    const other = await openBench({ server: { ...wrongHost }, global: global("shop.test") });
    expect(await other.refused()).toMatchObject({ next: "retry", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });
});

describe("logging in", () => {
  it.each(["PLAIN", "LOGIN", "CRAM-MD5"])("works by %s", async (method) => {
    const { smtp, post } = await openBench({
      server: { user: "gengfu", password: PASSWORD, authMethods: [method] },
      global: `${SELF_SIGNED}, ${LOGIN}`,
    });
    await post();
    expect(smtp.logins).toEqual([{ method, user: "gengfu" }]);
    expect(smtp.taken[0]?.user).toBe("gengfu");
  });

  it("sends no password where a secret and CRAM-MD5 are there", async () => {
    const { smtp, post } = await openBench({
      server: { user: "gengfu", password: PASSWORD, authMethods: ["PLAIN", "LOGIN", "CRAM-MD5"] },
      global: `${SELF_SIGNED}, smtp_auth_username: gengfu, smtp_auth_secret: "${PASSWORD}"`,
    });
    await post();
    expect(smtp.logins).toEqual([{ method: "CRAM-MD5", user: "gengfu" }]);
  });

  it("acts as somebody else where the file says so", async () => {
    const { smtp, post } = await openBench({
      server: { user: "gengfu", password: PASSWORD, authMethods: ["PLAIN"] },
      global: `${SELF_SIGNED}, ${LOGIN}, smtp_auth_identity: duty`,
    });
    await post();
    expect(smtp.taken[0]?.user).toBe("gengfu");
  });

  it("is for nothing with a wrong password, which nobody gets to see", async () => {
    for (const method of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
      const { smtp, refused } = await openBench({
        server: { user: "gengfu", password: "another", authMethods: [method] },
        global: `${SELF_SIGNED}, ${LOGIN}`,
      });
      const error = await refused();
      expect(error).toMatchObject({ next: "give-up", code: "535 5.7.8" });
      const words = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      // The server says it back in its refusal.
      for (const secret of [PASSWORD, Buffer.from(PASSWORD).toString("base64"), "you said"])
        expect(words).not.toContain(secret);
      expect(smtp.taken).toEqual([]);
    }
  });

  it("is no use where the server asks for another way", async () => {
    const { refused } = await openBench({
      server: { user: "gengfu", password: PASSWORD, authMethods: ["XOAUTH2"] },
      global: `${SELF_SIGNED}, ${LOGIN}`,
    });
    expect(await refused()).toMatchObject({ next: "give-up", code: "no-way-to-log-in" });
  });

  it("asks for a login where the file has none: that is said", async () => {
    const { refused } = await openBench({ server: { user: "gengfu", password: PASSWORD } });
    expect(await refused()).toMatchObject({ next: "give-up", code: expect.stringMatching(/^530/) });
  });
});

describe("a no", () => {
  it.each([
    ["421 4.7.0 try again later", "wait", "421 4.7.0"],
    ["421 shutting down", "retry", "421"],
    ["450 4.2.0 greylisted", "retry", "450 4.2.0"],
    ["451 4.7.1 greylisted", "retry", "451 4.7.1"],
    ["452 4.3.1 disk full", "wait", "452 4.3.1"],
    ["550 5.7.1 relaying denied", "give-up", "550 5.7.1"],
    ["552 5.3.4 too large", "give-up", "552 5.3.4"],
    ["554 5.7.1 spam", "give-up", "554 5.7.1"],
    ["599 what is this", "give-up", "599"],
    ["499 what is this", "retry", "499"],
  ])("%s: %s", async (no, next, code) => {
    for (const where of ["from", "rcpt", "data"] as const) {
      const { smtp, refused } = await openBench();
      smtp.tricks = where === "rcpt" ? { rcpt: () => no } : { [where]: no };
      expect(await refused()).toMatchObject({ next, code });
      expect(smtp.taken).toEqual([]);
    }
  });

  it("at the door is heard as well", async () => {
    const { smtp, refused, post } = await openBench();
    smtp.tricks.greeting = "421 4.3.2 too many connections";
    expect(await refused()).toMatchObject({ next: "wait", code: "421 4.3.2" });
    smtp.tricks.greeting = "554 5.7.1 no mail from you";
    expect(await refused()).toMatchObject({ next: "give-up" });
    smtp.tricks = {};
    expect(await post()).toMatchObject({ answer: "SMTP 250" });
  });
});

describe("no answer", () => {
  it("from a server that is not there is tried again", async () => {
    const nobody = await serveRaw(() => {});
    await nobody.close();
    const { refused } = await openBench({ port: nobody.port });
    expect(await refused()).toMatchObject({ next: "retry", code: "ECONNREFUSED" });
  });

  it("but a line that is cut is tried again", async () => {
    const { smtp, refused, post } = await openBench();
    smtp.tricks.after = "cut";
    expect((await refused()).next).toBe("retry");
    smtp.tricks = {};
    await post();
    expect(smtp.taken).toHaveLength(1);
  });

  it("but something that is no mail server's is tried again", async () => {
    const web = await serveRaw((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const { refused } = await openBench({ port: web.port });
    expect(await refused()).toMatchObject({ next: "retry" });
    await web.close();
  });

  it("for too long ends the session, whatever the attempt", async () => {
    const mute = await serveRaw(() => {});
    const { clock, refused } = await openBench({ port: mute.port });
    const error = refused();
    while (mute.open() === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5 * 60_000);
    expect(await error).toMatchObject({ next: "retry" });
    await mute.close();
  });
});
