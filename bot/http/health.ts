/** The doors for those who watch the watchman: alive, ready, metrics. */
import type Router from "@koa/router";

/** Whether the house can do its work, check by check. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export interface HealthDeps {
  readiness(): Readiness;
  /** In the Prometheus text format. */
  metrics(): Promise<string> | string;
}

/** Adds `/healthz`, `/readyz`, their twins under `/-/`, and `/metrics`. */
export function addHealth(router: Router, { readiness, metrics }: HealthDeps): void {
  router.get(["/healthz", "/-/healthy"], (ctx) => {
    ctx.body = { status: "ok" };
  });
  router.get(["/readyz", "/-/ready"], (ctx) => {
    const now = readiness();
    ctx.status = now.ready ? 200 : 503;
    ctx.body = now;
  });
  router.get("/metrics", async (ctx) => {
    ctx.type = "text/plain; version=0.0.4; charset=utf-8";
    ctx.body = await metrics();
  });
}
