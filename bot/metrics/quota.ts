/** The month's calls of a platform that bills them. */
import { Gauge, type Registry } from "prom-client";
import { type CallKind, KINDS, PURSES, type QuotaUse } from "../dingtalk/api/quota-use.ts";

/** Adds them to a registry; nothing is shown while DingTalk is not set up. */
export function addQuotaMetrics(registry: Registry, use: () => QuotaUse | undefined): void {
  const registers = [registry];
  new Gauge({
    name: "gengfu_dingtalk_calls_month",
    help: "Billed calls of this month (Asia/Shanghai) as counted here, by purse and kind.",
    labelNames: ["purse", "kind"],
    registers,
    collect() {
      this.reset();
      const month = use();
      if (month === undefined) return;
      for (const purse of PURSES)
        for (const kind of KINDS[purse] as readonly CallKind[])
          this.set({ purse, kind }, month[purse].byKind[kind] ?? 0);
    },
  });
  new Gauge({
    name: "gengfu_dingtalk_calls_month_limit",
    help: "Calls a month that the edition allows; absent where there is no limit.",
    labelNames: ["purse"],
    registers,
    collect() {
      this.reset();
      const month = use();
      if (month === undefined) return;
      for (const purse of PURSES) {
        const { of } = month[purse];
        if (of !== null) this.set({ purse }, of);
      }
    },
  });
}
