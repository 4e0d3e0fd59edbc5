import { isRefused } from "../../alerts/refused.ts";
import { formatSpan, formatTime } from "../../alerts/words.ts";
import { needNumber, takeSpan } from "../arguments.ts";
import { action, answer, type Command } from "../command.ts";
import { alertNumber, noIncident, quoted, refuse } from "../phrases.ts";

/** `ack 12 [30m] [note]`: own an incident, for so long. */
export const ack: Command = {
  words: ["ack", "acknowledge"],
  twins: ["认领", "确认", "接手"],
  takes: { zh: "编号 [时长] [备注]", en: "N [30m] [note]" },
  summary: {
    zh: "认领一个告警，默认 4 小时",
    en: "acknowledge an incident, for 4 hours unless said otherwise",
  },
  examples: { zh: "认领 12 30分钟 正在看", en: "ack 12 30m looking into it" },
  needs: "operator",
  takesIncident: true,
  async run(rest, call, { alerts, zone }) {
    const number = needNumber(rest, alertNumber, { zh: "认领 12", en: "ack 12" });
    const span = takeSpan(number.rest);
    const note = span?.rest ?? number.rest;
    const incident = alerts.book.incident(number.value);
    if (incident === undefined) throw noIncident(number.value);
    const until = call.at + (span?.value ?? alerts.acknowledgeMs(incident));
    const done = await call.change((change) => {
      const result = alerts.book.acknowledge(change, number.value, {
        person: call.person.id,
        until,
        repliedIn: call.conversation,
        at: call.at,
        ...(note === "" ? {} : { note }),
      });
      if (isRefused(result)) throw refuse(result.refused);
      return result;
    });
    const { id, version, acknowledgement } = done.incident;
    const ends = acknowledgement?.until ?? until;
    const by = quoted(call.person.name);
    const left = ends - call.at;
    const taken = done.news ? { zh: "认领了", en: "has" } : { zh: "已经认领了", en: "already has" };
    return answer(
      call,
      {
        zh: `${by} ${taken.zh} #${id}，到 ${formatTime(ends, zone, "zh-CN")}（${formatSpan(left, "zh-CN")}）。`,
        en: `${by} ${taken.en} #${id} until ${formatTime(ends, zone, "en")} (${formatSpan(left, "en")}).`,
      },
      {
        incident: id,
        says: version,
        actions: [
          action(call, "unack", { zh: "放弃", en: "Give back" }, `unack ${id}`),
          action(call, "show", { zh: "详情", en: "Details" }, `show ${id}`),
        ],
      },
    );
  },
};
