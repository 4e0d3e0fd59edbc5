/** The links of a card: which alerts get them, what they are filled in with, and that no alert leads them astray. */
import { describe, expect, test } from "vitest";
import type { FiredAlert } from "../../../../alerts/alert.ts";
import { linksOf } from "../../../../alerts/incidents/links.ts";
import { linksSchema } from "../../../../alerts/incidents/links-config.ts";
import type { Labels } from "../../../../storage/labels.ts";

const AT = Date.UTC(2026, 10, 25, 2, 0);
const incident = { openedAt: AT };

function alert(labels: Labels, annotations: Labels = {}): FiredAlert {
  const about = { id: JSON.stringify(labels), rule: 1, labels, found: labels, annotations, incident: 1 };
  return { ...about, state: "firing", since: AT, value: 1, firedAt: AT };
}

/** `label url` of each link of a card with these alerts. */
function links(files: readonly object[], alerts: readonly FiredAlert[], over: object = {}): string[] {
  return linksOf(linksSchema.parse(files), { ...incident, ...over }, alerts).map(
    ({ label, url }) => `${label} ${url}`,
  );
}

const grafana = {
  name: "Grafana",
  url: "https://grafana.example/d/node?var-instance={{ $labels.instance }}&from={{$from}}&to={{ $to }}",
};

describe("what they are filled in with", () => {
  test("labels, and the time: from an hour before, until now while it lasts", () => {
    expect(links([grafana], [alert({ instance: "web1:9100" })])).toEqual([
      `Grafana https://grafana.example/d/node?var-instance=web1%3A9100&from=${AT - 3_600_000}&to=now`,
    ]);
  });

  test("once it is over, until ten minutes after its end; `before` says how long before", () => {
    const [link] = links([{ ...grafana, before: "15m" }], [alert({ instance: "a" })], {
      resolvedAt: AT + 60_000,
    });
    expect(link).toContain(`from=${AT - 900_000}&to=${AT + 660_000}`);
  });

  test("annotations, and times as Kibana has them", () => {
    const kibana = {
      name: "Kibana",
      url: "https://kibana.example/app/discover#/?_g=(time:(from:'{{ $from_iso }}',to:'{{ $to_iso }}'))&_a=(query:(language:kuery,query:'trace:\"{{ $annotations.trace }}\"'))",
    };
    const [link = ""] = links([kibana], [alert({}, { trace: "a'b\"c!(d)*" })], { resolvedAt: AT });
    expect(link).toContain("from:'2026-11-25T01%3A00%3A00.000Z',to:'2026-11-25T02%3A10%3A00.000Z'");
    expect(link).toContain("a%27b%22c%21%28d%29%2A");
  });

  test.each([
    ["https://evil.example/?a=b#c", "https%3A%2F%2Fevil.example%2F%3Fa%3Db%23c"],
    ["../../admin", "..%2F..%2Fadmin"],
    ["a&to=1", "a%26to%3D1"],
    ["值班 室", "%E5%80%BC%E7%8F%AD%20%E5%AE%A4"],
    ["](https://evil.example)", "%5D%28https%3A%2F%2Fevil.example%29"],
    ["\ud800", "%EF%BF%BD"],
  ])("a label that says %j stays what it is", (value, encoded) => {
    const url = "https://grafana.example/d/x?v={{ $labels.v }}";
    expect(links([{ name: "G", url }], [alert({ v: value })])).toEqual([
      `G https://grafana.example/d/x?v=${encoded}`,
    ]);
  });
});

describe("which alerts get them", () => {
  test("those that match, by any of Alertmanager's ways to say so", () => {
    const files = [
      { name: "a", url: "https://a.example/", matchers: ['team="db"'] },
      { name: "b", url: "https://b.example/", match: { team: "web" } },
      { name: "c", url: "https://c.example/", match_re: { team: "d.*" } },
      { name: "d", url: "https://d.example/" },
    ];
    expect(links(files, [alert({ team: "db" })])).toEqual([
      "a https://a.example/",
      "c https://c.example/",
      "d https://d.example/",
    ]);
  });

  test("not one that lacks what the address asks for", () => {
    expect(links([grafana], [alert({ host: "a" })])).toEqual([]);
  });

  test("several alerts: one link where it leads to one place, else each says where, three at most", () => {
    const url = "https://grafana.example/d/{{ $labels.job }}?host={{ $labels.host }}";
    const of = (...hosts: string[]) => hosts.map((host) => alert({ job: "node", host }));
    expect(links([{ name: "G", url: "https://g.example/{{ $labels.job }}" }], of("a", "b"))).toEqual([
      "G https://g.example/node",
    ]);
    expect(links([{ name: "G", url }], of("a", "b"))).toEqual([
      "G node a https://grafana.example/d/node?host=a",
      "G node b https://grafana.example/d/node?host=b",
    ]);
    expect(links([{ name: "G", url }], of("a", "b", "c", "d"))).toHaveLength(3);
  });

  test("six at most, and none that is too long", () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `n${i}`, url: `https://a.example/${i}` }));
    expect(links(many, [alert({})])).toHaveLength(6);
    const long = { name: "long", url: "https://a.example/{{ $labels.x }}" };
    expect(links([long], [alert({ x: "y".repeat(3_000) })])).toEqual([]);
  });
});

describe("what the file may not say", () => {
  test.each([
    ["javascript:alert(1)"],
    ["ftp://a.example/"],
    ["/d/node"],
    ["https://{{ $labels.host }}/"],
    ["https://a.example{{ $labels.host }}/"],
    ["https://user:pass@a.example/"],
    ["https://a.example\\@evil.example/"],
    ["https://"],
  ])("%s: the host must be written out", (url) => {
    const { error } = linksSchema.safeParse([{ name: "a", url }]);
    expect(error?.issues[0]).toMatchObject({
      path: [0, "url"],
      message: expect.stringContaining("host is written out"),
    });
  });

  test.each([["{{ $value }}"], ["{{ .Labels.x }}"], ["{{ $labels.a-b }}"], ["{{ $labels.x | urlquery }}"]])(
    "%s is not known",
    (piece) => {
      const { error } = linksSchema.safeParse([{ name: "a", url: `https://a.example/${piece}` }]);
      expect(error?.issues[0]?.message).toContain(`${piece} is not known`);
    },
  );

  test.each([
    [{ name: "a" }, "url"],
    [{ url: "https://a.example" }, "name"],
    [{ name: "a", url: "https://a.example", matchers: ["a b"] }, "matchers"],
    [{ name: "a", url: "https://a.example", before: "soon" }, "before"],
  ])("%j", (file, key) => {
    expect(linksSchema.safeParse([file]).error?.issues[0]?.path[1]).toBe(key);
  });
});
