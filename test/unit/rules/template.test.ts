/** Texts of rules with values filled in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTemplate } from "../../../rules/template.ts";

const LABELS = { mount: "/data", n: "1234567", empty: "" };

describe("renderTemplate", () => {
  it.each<[text: string, value: number, rendered: string]>([
    ["nothing to do", 1, "nothing to do"],
    ["{{ $value }}", 85.5, "85.5"],
    ["{{$value}}%", 85, "85%"],
    ["{{- $value -}}", 85, "85"],
    ["{{ .Value }} {{ .Labels.mount }}", 1, "1 /data"],
    ["{{ $labels.mount }} is {{ $value }}", 2, "/data is 2"],
    ["[{{ $labels.missing }}]", 2, "[]"],
    ['{{ printf "%.2f" $value }}', 85.126, "85.13"],
    ['{{ $value | printf "%.1f%%" }}', 85.15, "85.2%"],
    ['{{ printf "%d" $value }} {{ printf "%5.1f" $value }}', 7.9, "7   7.9"],
    ['{{ printf "%s!" $labels.mount }}', 1, "/data!"],
    ['{{ printf "a \\"b\\" %v" $value }}', 1, 'a "b" 1'],
    ['{{ printf "%g" $value }} {{ printf "%e" $value }}', 1_500_000, "1500000 1.500000e+06"],
    ["{{ humanize $value }}", 1_234_567, "1.235M"],
    ["{{ $value | humanize }}", 0.005, "5m"],
    ["{{ $labels.n | humanize }}", 0, "1.235M"],
    ["{{ humanize1024 $value }}", 1_048_576, "1Mi"],
    ["{{ $value | humanizePercentage }}", 0.8512, "85.12%"],
    ["{{ humanizeDuration $value }}", 3725, "1h 2m 5s"],
    ["{{ humanizeDuration $value }}", 90_061, "1d 1h 1m 1s"],
    ["{{ humanizeDuration $value }}", 0.005, "5ms"],
    ["{{ humanizeDuration $value }}", 59.5, "59.5s"],
    ["{{ humanizeDuration $value }}", -61, "-1m 1s"],
    ["{{ humanize $value }}", Number.NaN, "NaN"],
    ["{{ humanize $value }}", Number.POSITIVE_INFINITY, "+Inf"],
    ["{{ humanize $value }}", 0, "0"],
    ["{{ humanize $value }}", 999.96, "1000"],
    ["{{ humanize $value }}", -12_345, "-12.35k"],
    ["{{ humanizePercentage $value }}", 1e-7, "1e-05%"],
  ])("%s with %d", (text, value, rendered) => {
    expect(renderTemplate(text, LABELS, value)).toBe(rendered);
  });

  it.each([
    "{{ query `up` }}",
    "{{ if $value }}a{{ end }}",
    "{{ $externalURL }}",
    "{{ $labels }}",
    '{{ printf "%q" $value }}',
    '{{ printf "%.2f %.2f" $value }}',
    '{{ printf "%.2f" $labels.mount }}',
    "{{ printf $value }}",
    "{{ humanize $labels.mount }}",
    "{{ humanize }}",
    "{{ toString }}",
    "{{ constructor $value }}",
    "{{ $value | }}",
    "{{ | humanize }}",
    '{{ "open }}',
    "{{ }}",
    "{{ $value $value }}",
    "{{ $value",
    "}} {{",
    `{{ ${" ".repeat(300)}$value }}`,
  ])("leaves %s as it is", (text) => {
    expect(renderTemplate(text, LABELS, 5)).toBe(text);
  });

  it("never puts a value through again", () => {
    expect(renderTemplate("{{ $labels.x }}", { x: "{{ $value }}" }, 5)).toBe("{{ $value }}");
  });

  it("takes anything, quickly", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "$value",
      "$labels.a",
      "|",
      '"',
      "printf",
      "%",
      "humanize",
      " ",
      "\\",
      "-",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 40 }),
        fc.double(),
        (pieces, value) => {
          expect(typeof renderTemplate(pieces.join(""), { a: "b" }, value)).toBe("string");
        },
      ),
    );
    const began = performance.now();
    renderTemplate("{{ ".repeat(300_000), {}, 1);
    renderTemplate(`${'{{ "'.repeat(100_000)}}}`, {}, 1);
    renderTemplate("{{ $value }} ".repeat(50_000), {}, 1);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
