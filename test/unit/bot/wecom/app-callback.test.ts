/** The letters to an application's callback: what is opened, what is not, and what is read in them. */
import { createCipheriv } from "node:crypto";
import { WecomCrypto } from "@wecom/aibot-node-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Letter, openLetter } from "../../../../bot/wecom/app/callback.ts";
import { type CallbackSetting, readMessage } from "../../../../bot/wecom/app/callback-message.ts";
import { readXml } from "../../../../bot/wecom/app/callback-xml.ts";
import { sealed, signatureOf } from "../../../support/wecom/app-crypto.ts";

const secrets = {
  token: "fakeCallbackToken",
  key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  corpId: "wwFakeCorp01",
};
const AT = Date.UTC(2026, 10, 25, 2, 0, 0);
const timestamp = String(AT / 1_000);
const nonce = "1372623149";

function letterOf(text: string, more: Partial<Letter> = {}): Letter {
  const written = sealed(secrets.key, text, secrets.corpId, "0123456789abcdef");
  const letter = { timestamp, nonce, sealed: written, ...more };
  const signature = signatureOf(secrets.token, letter.timestamp, letter.nonce, letter.sealed);
  return { signature, ...letter, ...(more.signature === undefined ? {} : { signature: more.signature }) };
}

/** Sealed bytes of our own making, signed as they should be. */
function crafted(plain: Buffer, key = secrets.key): Letter {
  const aesKey = Buffer.from(`${key}=`, "base64");
  const cipher = createCipheriv("aes-256-cbc", aesKey, aesKey.subarray(0, 16)).setAutoPadding(false);
  return letterOf("", { sealed: Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64") });
}

/** The 16 random bytes, the length, the text, the receiver, and the padding that is given. */
function plainOf(
  text: string,
  { length = Buffer.byteLength(text), receiver = secrets.corpId, pad = -1 } = {},
) {
  const head = Buffer.alloc(20, 7);
  head.writeUInt32BE(length, 16);
  const body = Buffer.concat([head, Buffer.from(text), Buffer.from(receiver)]);
  const count = 32 - (body.length % 32);
  return Buffer.concat([body, Buffer.alloc(count, pad === -1 ? count : pad)]);
}

const refused = (why: string) => ({ is: "refused", why });
const open = (letter: Letter, at = AT) => openLetter(letter, secrets, at);

describe("a letter", () => {
  it("is opened, whoever wrote it: the fake, or the platform's own kit", () => {
    expect(open(letterOf("认领 12"))).toEqual({ is: "opened", text: "认领 12" });
    const kit = new WecomCrypto(secrets.token, secrets.key, secrets.corpId);
    const { encrypt, signature } = kit.encrypt("认领 12", timestamp, nonce);
    expect(open({ signature, timestamp, nonce, sealed: encrypt })).toEqual({ is: "opened", text: "认领 12" });
    expect(open(letterOf(""))).toEqual({ is: "opened", text: "" });
  });

  it.each<[string, Partial<Letter>]>([
    ["another", { signature: "0".repeat(40) }],
    ["none", { signature: "" }],
    ["too short", { signature: "abcdef" }],
    ["no hexadecimal digits", { signature: "z".repeat(40) }],
    ["too long", { signature: "0".repeat(42) }],
  ])("with a signature that is wrong is not even deciphered: %s", (_what, more) => {
    expect(open(letterOf("x", more))).toEqual(refused("signature"));
    expect(open({ ...letterOf("x", more), sealed: "no base64!" })).toEqual(refused("signature"));
  });

  it("of which anything was changed is refused", () => {
    const letter = letterOf("x");
    for (const changed of [
      { nonce: "1" },
      { timestamp: String(AT / 1_000 + 1) },
      { sealed: letterOf("y").sealed },
      { sealed: ` ${letter.sealed}` },
    ])
      expect(open({ ...letter, ...changed })).toEqual(refused("signature"));
    expect(openLetter(letter, { ...secrets, token: "another" }, AT)).toEqual(refused("signature"));
  });

  it("of another time is refused, be it long ago or to come", () => {
    const letter = letterOf("x");
    for (const off of [-600_000, 0, 600_000]) expect(open(letter, AT + off).is).toBe("opened");
    for (const off of [-600_001, 600_001, 86_400_000])
      expect(open(letter, AT + off)).toEqual(refused("stale"));
    for (const odd of ["", "1e9", "-1795572000", " 1795572000", "17955720000", "NaN"])
      expect(open(letterOf("x", { timestamp: odd }))).toEqual(refused("stale"));
  });

  it("for somebody else is refused, also when a part of the name is the same", () => {
    for (const receiver of ["wwSomebodyElse", "", "wwFakeCorp0", "wwFakeCorp01x", "WWFAKECORP01"])
      expect(open(crafted(plainOf("x", { receiver })))).toEqual(refused("receiver"));
  });

  it.each<[string, Buffer]>([
    ["a padding of nothing", plainOf("x", { pad: 0 })],
    ["a padding that is too long", plainOf("x", { pad: 33 })],
    ["a padding of 255", plainOf("x", { pad: 255 })],
    ["a padding of bytes that differ", Buffer.concat([plainOf("x").subarray(0, -2), Buffer.from([9, 2])])],
    ["a length beyond its end", plainOf("x", { length: 5_000 })],
    ["a length of four gigabytes", plainOf("x", { length: 0xffff_ffff })],
    ["nothing but padding", Buffer.alloc(32, 32)],
    ["less than a head", Buffer.concat([Buffer.alloc(16), Buffer.alloc(16, 16)])],
    [
      "bytes that are no text",
      Buffer.concat([plainOf("x").subarray(0, 20), Buffer.from([0xff]), plainOf("x").subarray(21)]),
    ],
  ])("sealed with %s is refused", (_what, plain) => {
    expect(open(crafted(plain))).toEqual(refused("seal"));
  });

  it("with a padding as short as AES has it, or as long as a block, is opened", () => {
    for (let length = 0; length < 70; length++) {
      const text = "x".repeat(length);
      expect(open(crafted(plainOf(text)))).toEqual({ is: "opened", text });
    }
  });

  it.each(["", "AAAA", "====", "not base64", "A".repeat(44).concat("*")])(
    "that is no sealed text is refused: %j",
    (text) => {
      expect(open(letterOf("", { sealed: text }))).toEqual(refused("seal"));
    },
  );

  it("sealed with another key is never opened", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const key = Buffer.from(bytes).toString("base64").slice(0, 43);
        const letter = letterOf("", { sealed: sealed(key, "状态", secrets.corpId, "0123456789abcdef") });
        expect(open(letter).is).toBe(
          Buffer.from(`${secrets.key}=`, "base64").equals(bytes) ? "opened" : "refused",
        );
      }),
      { numRuns: 200 },
    );
  });

  it("of whatever bytes is refused and never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(open(letterOf("", { sealed: Buffer.from(bytes).toString("base64") })).is).toBe("refused");
      }),
      { numRuns: 200 },
    );
  });
});

describe("the XML", () => {
  it("gives the text of what stands right below the root", () => {
    const xml = `<xml><A><![CDATA[a ]]]]><![CDATA[> b <c>]]></A> <B>1</B>\n<C/><D><E>deep</E></D><F>&lt;x&gt; &amp;amp; &foo;</F></xml>\n`;
    expect([...(readXml(xml) ?? [])]).toEqual([
      ["A", "a ]]> b <c>"],
      ["B", "1"],
      ["C", ""],
      ["D", ""],
      ["F", "<x> &amp; &foo;"],
    ]);
  });

  it.each([
    "",
    "<xml>",
    "<xml></xml><xml></xml>",
    "<xml/>",
    "<json></json>",
    "text<xml></xml>",
    "<xml></xml>text",
    "<xml><A></B></xml>",
    "<xml><A></xml></A>",
    "<xml><A>1</A><A>2</A></xml>",
    '<xml><A b="1">x</A></xml>',
    "<xml><A><![CDATA[x</A></xml>",
    "<xml><!-- x --><A>1</A></xml>",
    "<?xml version='1.0'?><xml><A>1</A></xml>",
    '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>',
    `<xml>${"<A>".repeat(20)}${"</A>".repeat(20)}</xml>`,
    `<xml><A>${"x".repeat(70_000)}</A></xml>`,
    `<xml><L>${"<A>1</A>".repeat(600)}</L></xml>`,
  ])("of any other kind is refused: %#", (xml) => {
    expect(readXml(xml)).toBeUndefined();
  });

  it("is refused, however it is made to be slow", () => {
    for (const xml of ["<![CDATA[", "<xml>", "<A", "&lt;", "]]>", "<xml><![CDATA["])
      expect(readXml(`<xml>${xml.repeat(60_000 / xml.length)}`)).toBeUndefined();
  });
});

describe("a message", () => {
  const setting: CallbackSetting = {
    corpId: secrets.corpId,
    agentId: 1_000_002,
    conversationOf: (user) => `own/${user}`,
    placeOf: (task) => (task === "t_1" ? "place" : undefined),
  };
  const message = (
    inner: string,
    { to = secrets.corpId, agent = "1000002", user = "lisi", time = "1795572000" } = {},
  ) =>
    `<xml><ToUserName><![CDATA[${to}]]></ToUserName><FromUserName><![CDATA[${user}]]></FromUserName><CreateTime>${time}</CreateTime>${inner}<AgentID>${agent}</AgentID></xml>`;
  const text = "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[ 认领 12 ]]></Content><MsgId>77</MsgId>";
  const click = (task = "t_1", key = "ack 12") =>
    `<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[${key}]]></EventKey><TaskId><![CDATA[${task}]]></TaskId><CardType>button_interaction</CardType><ResponseCode><![CDATA[code]]></ResponseCode><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey></SelectedItem></SelectedItems>`;

  it("that somebody says is heard in their own conversation", () => {
    expect(readMessage(message(text), setting)).toEqual({
      is: "heard",
      heard: {
        id: "wecom_app:wwFakeCorp01/1000002/77",
        conversation: "own/lisi",
        isPrivate: true,
        person: "wecom:lisi",
        text: "认领 12",
        at: AT,
      },
    });
  });

  it("of a click names the card, the line and the one who pressed, and is answered to them", () => {
    const pressed = {
      id: 'wecom_app:wwFakeCorp01/1000002/["lisi","t_1","ack 12",1795572000]',
      conversation: "place",
      answerTo: "own/lisi",
      card: "t_1",
      command: "ack 12",
      person: "wecom:lisi",
      at: AT,
    };
    expect(readMessage(message(click()), setting)).toEqual({ is: "pressed", pressed, code: "code" });
    expect(readMessage(message(click("t_2")), setting)).toMatchObject({
      pressed: { conversation: "own/lisi", answerTo: "own/lisi" },
    });
  });

  it("of another kind is nothing for us", () => {
    for (const kind of ["image", "voice", "location"])
      expect(readMessage(message(`<MsgType>${kind}</MsgType>`), setting)).toEqual({ is: "other" });
    const visit = "<MsgType>event</MsgType><Event><![CDATA[enter_agent]]></Event><EventKey></EventKey>";
    expect(readMessage(message(visit), setting)).toEqual({ is: "other" });
  });

  it.each<[string, string]>([
    ["for another company", message(text, { to: "wwSomebodyElse" })],
    ["for another application", message(text, { agent: "1000003" })],
    ["of nobody", message(text, { user: "" })],
    ["of somebody who cannot be", message(text, { user: "a/../b" })],
    ["without a time", message(text, { time: "" })],
    ["without an id", message(text.replace("<MsgId>77</MsgId>", ""))],
    ["without a type", message("<Content>x</Content>")],
    ["of a click on nothing", message(click("", "ack 12"))],
    ["of a click on a card that cannot be", message(click("<t>", "ack 12"))],
    ["of a click that says nothing", message(click("t_1", ""))],
    ["that is no XML", "状态"],
  ])("%s is none", (_what, xml) => {
    expect(readMessage(xml, setting)).toBeUndefined();
  });
});
