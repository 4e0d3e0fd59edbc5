/** Labels beside the ends of lines: each as near to its line as it can be without touching another one. */

export interface Label {
  readonly index: number;
  /** Where its line ends, in pixels from the top. */
  readonly at: number;
}

/** From the top down; `height` is what each needs, `top` and `bottom` are where the first and the last may stand. */
export function placeLabels(
  labels: readonly Label[],
  height: number,
  top: number,
  bottom: number,
): readonly Label[] {
  const placed = [...labels].sort((a, b) => a.at - b.at || a.index - b.index);
  const places = placed.map(({ at }) => at);
  let least = top;
  for (let i = 0; i < places.length; i++) {
    places[i] = Math.max(places[i] ?? 0, least);
    least = (places[i] ?? 0) + height;
  }
  let most = bottom - height / 2;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i] ?? 0, most);
    most = (places[i] ?? 0) - height;
  }
  return placed.map(({ index }, i) => ({ index, at: places[i] ?? 0 }));
}
