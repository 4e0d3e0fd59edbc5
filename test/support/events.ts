/** Reads server-sent events off a socket, one at a time. */
export interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

export interface EventReader {
  readonly status: number;
  /** The next event of this name; others are passed over. Rejects when the stream ends first. */
  next(event?: string): Promise<ServerEvent>;
  close(): void;
}

/** Opens a stream; comments are skipped. */
export async function readEvents(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const block = async (): Promise<string> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const found = text.slice(0, end);
        text = text.slice(end + 2);
        return found;
      }
      const part = await reader?.read();
      if (part === undefined || part.done) throw new Error("the event stream ended");
      text += part.value;
    }
  };
  return {
    status: response.status,
    async next(event = "message") {
      for (;;) {
        const lines = (await block()).split("\n");
        const field = (name: string): string | undefined =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        if (field("event") === event) return { event, id: field("id"), data: field("data") ?? "" };
      }
    },
    close: () => stop.abort(),
  };
}
