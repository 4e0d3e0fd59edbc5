/** The channel that tests record with keeps the contract itself; else it would prove nothing. */
import { channelContract } from "../../contract/channel.ts";
import { busy, RecordingChannel } from "../../support/recording-channel.ts";

for (const edits of [true, false])
  channelContract(`the recording channel that ${edits ? "edits" : "cannot edit"}`, () => {
    const channel = new RecordingChannel({ edits });
    return {
      channel,
      conversation: "console:ops",
      refuse: (how) => {
        channel.tricks.push(how === "hang" ? "hang" : busy());
      },
      seen: () => {
        const messages = new Map<string, string>();
        channel.shown.forEach(({ how, card }, i) => {
          const key = how === "edit" ? ([...messages.keys()].at(-1) ?? "") : String(i);
          messages.set(key, JSON.stringify(card));
        });
        return [...messages.values()];
      },
    };
  });
