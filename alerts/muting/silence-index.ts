/** Which silences may match a label set, so that ten thousand of them need not all be asked about every alert. */
import { type Labels, labelValue } from "../../storage/labels.ts";
import type { Silence } from "./silence.ts";

export interface SilenceIndex {
  put(silence: Silence): void;
  remove(silence: Silence): void;
  /** Every silence that matches is among them, in the order of their numbers; the others are to be sorted out. */
  near(labels: Labels): readonly Silence[];
}

/** Nearly every alert has these with one of few values: they part silences badly. */
const COMMON = new Set(["alertname", "severity", "job"]);

export function makeSilenceIndex(): SilenceIndex {
  /** By the name and the value that one of its matchers demands. */
  const demanding = new Map<string, Map<string, Map<number, Silence>>>();
  /** Those that demand no value. */
  const others = new Map<number, Silence>();

  function placeOf(silence: Silence): Map<number, Silence> {
    const demand = demandOf(silence);
    if (demand === undefined) return others;
    const { name, value } = demand;
    const values = demanding.get(name) ?? new Map<string, Map<number, Silence>>();
    demanding.set(name, values);
    const place = values.get(value) ?? new Map<number, Silence>();
    values.set(value, place);
    return place;
  }

  return {
    put: (silence) => void placeOf(silence).set(silence.id, silence),
    remove(silence) {
      const place = placeOf(silence);
      place.delete(silence.id);
      const demand = demandOf(silence);
      if (demand === undefined || place.size > 0) return;
      const values = demanding.get(demand.name);
      values?.delete(demand.value);
      if (values?.size === 0) demanding.delete(demand.name);
    },
    near(labels) {
      const found = [...others.values()];
      for (const [name, values] of demanding)
        for (const silence of values.get(labelValue(labels, name))?.values() ?? []) found.push(silence);
      return found.sort((a, b) => a.id - b.id);
    },
  };
}

/** The equality that parts it best; one with an empty value also fits alerts without that label, which is no demand. */
function demandOf({ matchers }: Silence): { readonly name: string; readonly value: string } | undefined {
  const demands = matchers.filter(({ op, value }) => op === "=" && value !== "");
  return demands.find(({ name }) => !COMMON.has(name)) ?? demands[0];
}
