/** The month's calls in words. */
import type { Text } from "../../../storage/locale.ts";
import type { Purse, QuotaUse } from "./quota-use.ts";

const PURSE: Readonly<Record<Purse, Text>> = {
  api: { zh: "API 调用", en: "API calls" },
  stream: { zh: "Webhook 与 Stream 调用", en: "webhook and stream calls" },
};

/** `2026-12 的 API 调用已用 3500/5000 次（70%）`, for people. */
export function quotaText(purse: Purse, use: QuotaUse): Text {
  const { used, of } = use[purse];
  const { zh, en } = PURSE[purse];
  if (of === null)
    return {
      zh: `${use.month} 的 ${zh}已用 ${used} 次，不限量`,
      en: `${used} ${en} in ${use.month}, without a limit`,
    };
  const percent = of > 0 ? Math.floor((used / of) * 100) : 100;
  return {
    zh: `${use.month} 的 ${zh}已用 ${used}/${of} 次（${percent}%）`,
    en: `${used} of ${of} ${en} in ${use.month} (${percent}%)`,
  };
}
