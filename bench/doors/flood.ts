/** The alerts of the flood, as Prometheus would send them. */
import { post } from "./sender.ts";

export const CONNECTIONS = 8;
export const GROUPS = 50;

/** So many distinct alerts that fire, in requests of so many. */
export function flood(alerts: number, perPost: number): readonly Buffer[] {
  return requests(alerts, perPost, (i) => alertOf("Flood", i, 240_000));
}

/** The same of alerts in groups of their own that are over already. */
export function overAlready(alerts: number, perPost: number): readonly Buffer[] {
  return requests(alerts, perPost, (i) => alertOf("Over", i, -1_000));
}

function requests(alerts: number, perPost: number, one: (i: number) => object): readonly Buffer[] {
  const made: Buffer[] = [];
  for (let from = 0; from < alerts; from += perPost) {
    const count = Math.min(perPost, alerts - from);
    made.push(
      post(
        "/api/v2/alerts",
        Array.from({ length: count }, (_, i) => one(from + i)),
      ),
    );
  }
  return made;
}

function alertOf(name: string, i: number, endsInMs: number): object {
  return {
    labels: {
      alertname: `${name}${i % GROUPS}`,
      instance: `web-${i}.shop.example:9100`,
      job: "node",
      severity: i % 10 === 0 ? "critical" : "warning",
      cluster: `c${i % 7}`,
    },
    annotations: {
      summary: `Instance web-${i} is in trouble`,
      description: "The instance has been in trouble for more than five minutes.",
    },
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt: new Date(Date.now() + endsInMs).toISOString(),
    generatorURL: "http://prometheus.example/graph?g0.expr=up+%3D%3D+0",
  };
}
