/** Takes server-sent events out of a stream of text, as the HTML standard defines them. */

/** One event. `id` is absent where the event brought none. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** Makes a parser: give it text as it comes, get the events that are complete. */
export function eventParser(): (text: string) => StreamEvent[] {
  let rest = "";
  let event = "message";
  let data: string[] = [];
  let id: string | undefined;

  return (text) => {
    const events: StreamEvent[] = [];
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (data.length > 0) events.push({ event, data: data.join("\n"), ...(id !== undefined && { id }) });
        event = "message";
        data = [];
        id = undefined;
        continue;
      }
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
      if (name === "data") data.push(value);
      else if (name === "event") event = value;
      else if (name === "id") id = value;
    }
    return events;
  };
}

/** How long to wait before the `n`th try in a row (from 1), in milliseconds: 0.5 s doubling to 15 s, ± a quarter. */
export function backOff(n: number, random: () => number = Math.random): number {
  return Math.min(500 * 2 ** (n - 1), 15_000) * (0.75 + random() / 2);
}
