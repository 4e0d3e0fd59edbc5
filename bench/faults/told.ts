/** Faults that are told: a job, a step of a business process, a sample. */
import { type Faults, seriesOf } from "./fault.ts";

const TOKEN = "a-token-of-the-bench";
export const pushHook = { name: "bench", kind: "push", token: TOKEN };

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(url, { method: "POST", body, headers });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
}

const heartbeat: Faults = {
  kind: "heartbeat",
  what: "a job reports a failure",
  open: async (names) =>
    names.map((name, i) => {
      const uuid = `6ba7b810-9dad-41d1-80b4-00c04fd430c${i}`;
      return {
        options: { uuid, period: "1d" },
        expr: `${seriesOf("heartbeat_problem", name, 'reason="failed"')} == 1`,
        inject: (bot) => post(`${bot}/ping/${uuid}/fail`, ""),
      };
    }),
};

const flow: Faults = {
  kind: "flow",
  what: "a step reports a failure",
  open: async (names) =>
    names.map((name) => ({
      options: {
        steps: [{ name: "fetch", max_duration: "10m" }, { name: "report" }],
        token: `${TOKEN}-${name}`,
      },
      expr: `${seriesOf("flow_problem", name, 'reason="failed"')} == 1`,
      inject: (bot) =>
        post(`${bot}/api/v1/flows/${name}/runs/today`, '{"step":"fetch","state":"fail"}', {
          authorization: `Bearer ${TOKEN}-${name}`,
          "content-type": "application/json",
        }),
    })),
};

const push: Faults = {
  kind: "push",
  what: "a sample is pushed",
  open: async (names) =>
    names.map((name) => ({
      expr: `bench_waiting{queue="${name}"} > 100`,
      inject: (bot) =>
        post(`${bot}/api/v1/push`, `bench_waiting{queue="${name}"} 120\n`, {
          authorization: `Bearer ${TOKEN}`,
        }),
    })),
};

export const told: readonly Faults[] = [heartbeat, flow, push];
