/** What every channel must do: post, edit where it can, obey the signal, and refuse only with a SendError. */
import { describe, expect, it } from "vitest";
import type { Card } from "../../alerts/card.ts";
import { type Channel, SendError } from "../../alerts/channel.ts";

/** A channel under test, in front of a platform that the test controls. */
export interface ChannelBench {
  readonly channel: Channel;
  /** A conversation that the platform has. */
  readonly conversation: string;
  /** What people see there now, one text per message: everything on it that a card put there. */
  seen(): readonly string[] | Promise<readonly string[]>;
  /** From now on the platform refuses, or never answers. Absent when there is no platform that could. */
  refuse?(how: "error" | "hang"): void;
  /** Whom the platform was asked to call by name so far, where the channel of the bench is to call somebody. */
  mentioned?(): readonly string[] | Promise<readonly string[]>;
  /** The longest message so far and the most that the platform takes, in bytes, where it would not refuse by itself. */
  longest?(): { readonly bytes: number; readonly most: number };
  /** Words that must never appear in an error: tokens, secrets, addresses that hold them. */
  readonly secrets?: readonly string[];
  close?(): Promise<void>;
}

const card: Card = {
  kind: "incident",
  title: "#12 hot",
  severity: "critical",
  status: "firing",
  incident: 12,
  text: "- host=a — 95%",
  fields: [{ name: "Where", value: "host=<b>web</b> *1*" }],
  actions: [{ id: "ack", label: "Acknowledge", command: "ack 12" }],
};

const attempt = (deliveryId: string, signal = new AbortController().signal) => ({ deliveryId, signal });

/** Runs the contract. `skip` names a case and the reason why this channel need not keep it. */
export function channelContract(
  name: string,
  open: () => ChannelBench | Promise<ChannelBench>,
  skip: Readonly<Record<string, string>> = {},
): void {
  const check = (what: string, test: (bench: ChannelBench) => Promise<void>): void => {
    // What a channel need not keep is no test of it; the reason stands where the contract is called.
    if (skip[what] !== undefined) return;
    it(what, async () => {
      const bench = await open();
      try {
        await test(bench);
      } finally {
        await bench.close?.();
      }
    });
  };

  describe(`${name} as a channel`, () => {
    check("puts a card before people", async ({ channel, conversation, seen }) => {
      const receipt = await channel.post(conversation, card, attempt("incident-12@x"));
      for (const text of Object.values(receipt)) expect(text).toBeTypeOf("string");
      const messages = await seen();
      expect(messages).toHaveLength(1);
      for (const part of ["#12 hot", "host=a", "Where"]) expect(messages[0]).toContain(part);
    });

    check(
      "keeps the order of what it is given one after another",
      async ({ channel, conversation, seen }) => {
        for (const title of ["one", "two", "three"])
          await channel.post(conversation, { kind: "text", title, text: title }, attempt(`card-${title}@x`));
        const messages = await seen();
        expect(
          messages.map((message) => ["one", "two", "three"].find((word) => message.includes(word))),
        ).toEqual(["one", "two", "three"]);
      },
    );

    check("changes a card in place", async ({ channel, conversation, seen }) => {
      if (channel.edit === undefined) return;
      const receipt = await channel.post(conversation, card, attempt("incident-12@x"));
      const again = await channel.edit(
        receipt,
        { ...card, title: "#12 hot again" },
        attempt("incident-12@x"),
      );
      if (again === undefined) throw new Error("a card that was changed gives back its receipt");
      await channel.edit(again, { ...card, title: "#12 over", status: "resolved" }, attempt("incident-12@x"));
      const messages = await seen();
      expect(messages).toHaveLength(1);
      expect(messages[0]).toContain("#12 over");
    });

    check("takes the longest card there is", async ({ channel, conversation, seen, longest }) => {
      const text = "磁盘满了 disk full 🔥 ".repeat(500);
      await channel.post(conversation, { ...card, text }, attempt("card-1@x"));
      const [message = ""] = await seen();
      expect(message).toContain("磁盘满了");
      // Throws when a character was cut in half.
      expect(() => encodeURIComponent(message)).not.toThrow();
      if (longest !== undefined) expect(longest().bytes).toBeLessThanOrEqual(longest().most);
    });

    check("calls those whom it is to call, when it is new and not when it is over", async (bench) => {
      const { channel, conversation, mentioned } = bench;
      if (mentioned === undefined) return;
      const before = await channel.post(conversation, card, attempt("incident-12@x"));
      const called = await mentioned();
      expect(called.length).toBeGreaterThan(0);
      const over: Card = { ...card, title: "#12 over", status: "resolved" };
      await channel.post(conversation, over, { ...attempt("incident-12@x"), before });
      expect(await mentioned()).toEqual(called);
    });

    check("refuses with a SendError that says what to do and tells no secret", async (bench) => {
      if (bench.refuse === undefined) return;
      bench.refuse("error");
      const error = await bench.channel
        .post(bench.conversation, card, attempt("card-1@x"))
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(SendError);
      const words = everyWordOf(error);
      for (const secret of bench.secrets ?? []) expect(words).not.toContain(secret);
    });

    check("stops when its signal aborts", async (bench) => {
      if (bench.refuse === undefined) return;
      bench.refuse("hang");
      const control = new AbortController();
      const posted = bench.channel.post(bench.conversation, card, attempt("card-1@x", control.signal));
      control.abort();
      const error = await posted.catch((e: unknown) => e);
      expect(error).toBeInstanceOf(SendError);
      expect((error as SendError).next).toBe("retry");
    });
  });
}

/** Message, stack and fields of an error and of all that caused it. */
function everyWordOf(error: unknown): string {
  const words: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause)
    words.push(one.message, one.stack ?? "", JSON.stringify(one));
  return words.join("\n");
}
