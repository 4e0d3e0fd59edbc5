import type { AddressInfo } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { explainReason } from "../../../monitors/reason.ts";
import { tls } from "../../../monitors/tls/tls.ts";
import { lookOnce, loopbackNetwork, type ProbeWorld } from "../../support/probe.ts";
import {
  type Certificates,
  hasOpenssl,
  type Identity,
  makeCertificates,
  serveRaw,
} from "../../support/web-server.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function speaking(identity: Identity, more: TlsOptions = {}): Promise<number> {
  const server = createServer({ key: identity.key, cert: identity.cert, ...more }, (socket) => {
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe.skipIf(!hasOpenssl && process.env["CI"] === undefined)(
  "the tls monitor (skipped where openssl is absent)",
  () => {
    let certificates: Certificates;
    let world: ProbeWorld;
    beforeAll(() => {
      certificates = makeCertificates();
      world = {
        network: loopbackNetwork({ "shop.test": "127.0.0.1", "other.test": "127.0.0.1" }),
        certificates: certificates.authority,
      };
    });

    test("tells of a good certificate when it runs out, whose it is and how it was spoken", async () => {
      const port = await speaking(certificates.good);
      const look = await lookOnce(tls, { target: `shop.test:${port}` }, world);
      expect(look.failure).toBeUndefined();
      expect(look.value("probe_success")).toBe(1);
      expect(look.value("probe_ssl_earliest_cert_expiry")).toBe(certificates.goodUntil);
      expect(look.value("probe_ssl_chain_certificates")).toBe(1);
      expect(look.labels("probe_tls_version_info")).toEqual({ version: "TLS 1.3" });
      expect(look.labels("probe_tls_cipher_info")?.["cipher"]).toMatch(/^TLS_/);
      expect(look.labels("probe_ssl_last_chain_info")).toEqual({
        fingerprint_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        subject: "CN=good",
        issuer: "CN=ca",
        subjectalternative: "127.0.0.1, shop.test",
      });
      expect(look.value("probe_tls_duration_seconds", "tls")).toBeGreaterThan(0);
    });

    const bad: readonly [keyof Certificates & string, RegExp, string][] = [
      ["expired", /^CERT_HAS_EXPIRED: valid until Jan {1,2}1 .*2021/, "证书已过期"],
      ["selfSigned", /^DEPTH_ZERO_SELF_SIGNED_CERT/, "证书是自签名的"],
      ["wrongHost", /^ERR_TLS_CERT_ALTNAME_INVALID: it is for DNS:other.test/, "证书不是签发给这个主机名的"],
    ];
    test.each(bad)(
      "a certificate that is %s fails, and its expiry is told all the same",
      async (which, detail, zh) => {
        const port = await speaking(certificates[which] as Identity);
        const look = await lookOnce(tls, { target: `shop.test:${port}` }, world);
        expect(look.failure).toMatchObject({ code: "tls", detail: expect.stringMatching(detail) });
        if (look.failure !== undefined) expect(explainReason(look.failure).zh).toContain(zh);
        expect(look.value("probe_success")).toBe(0);
        expect(look.value("probe_ssl_earliest_cert_expiry")).toBeGreaterThan(1.5e9);
      },
    );

    test("a chain of which nobody knows the authority fails", async () => {
      const port = await speaking(certificates.good);
      const { network } = world;
      const look = await lookOnce(tls, { target: `shop.test:${port}` }, network ? { network } : {});
      expect(look.failure).toMatchObject({ code: "tls", detail: expect.stringMatching(/UNABLE_TO/) });
      if (look.failure !== undefined) expect(explainReason(look.failure).zh).toMatch(/证书链不完整|不受信任/);
    });

    test("another host name can be asked for", async () => {
      const port = await speaking(certificates.wrongHost);
      const options = { target: `shop.test:${port}`, server_name: "other.test" };
      expect((await lookOnce(tls, options, world)).failure).toBeUndefined();
    });

    test("the versions that are spoken are told, and held against those that should be", async () => {
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.2", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      const port = await speaking(certificates.good, old);
      const target = `shop.test:${port}`;
      const accepted = async (versions: readonly string[]) => {
        const look = await lookOnce(tls, { target, versions }, { ...world, timeoutMs: 20_000 });
        const spoken = look.readings
          .filter(({ name, value }) => name === "probe_tls_version_accepted" && value === 1)
          .map(({ labels }) => labels?.["version"]);
        return { spoken, failure: look.failure };
      };
      const all = ["TLS 1.0", "TLS 1.1", "TLS 1.2"];
      expect(await accepted(["TLS10", "TLS11", "TLS12"])).toEqual({ spoken: all, failure: undefined });
      expect(await accepted(["TLS12", "TLS13"])).toEqual({
        spoken: all,
        failure: { code: "tls", detail: "accepts TLS 1.0, TLS 1.1; refuses TLS 1.3" },
      });
    });

    test("a good server speaks TLS 1.2 and 1.3, and nothing older", async () => {
      const target = `shop.test:${await speaking(certificates.good)}`;
      const look = await lookOnce(
        tls,
        { target, versions: ["TLS12", "TLS13"] },
        { ...world, timeoutMs: 20_000 },
      );
      expect(look.failure).toBeUndefined();
    });
  },
);

describe("what is no TLS", () => {
  async function raw(talk: Parameters<typeof serveRaw>[0]): Promise<string> {
    const server = await serveRaw(talk);
    closing.push(() => server.close());
    return `127.0.0.1:${server.port}`;
  }

  test("a peer that hangs: timeout, waiting for the handshake", async () => {
    const look = await lookOnce(tls, { target: await raw(() => {}) }, { timeoutMs: 150 });
    expect(look.failure).toMatchObject({ code: "timeout", detail: /waiting for the TLS handshake/ });
    expect(look.value("probe_ssl_earliest_cert_expiry")).toBeUndefined();
  });

  test("a peer that speaks something else, floods, or sends what is no UTF-8: tls", async () => {
    for (const garbage of ["HTTP/1.1 400 Bad Request\r\n\r\n", "\xff\xfe\x00\x01".repeat(250_000)]) {
      const target = await raw((socket) => void socket.write(Buffer.from(garbage, "latin1")));
      expect((await lookOnce(tls, { target })).failure?.code).toBe("tls");
    }
  });

  test("a peer that resets: reset, during the handshake", async () => {
    const target = await raw((socket) => void socket.once("data", () => socket.resetAndDestroy()));
    expect((await lookOnce(tls, { target })).failure).toEqual({
      code: "reset",
      detail: "ECONNRESET: cut during the TLS handshake",
    });
  });
});
