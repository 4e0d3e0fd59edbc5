/**
 * Pictures of charts by their addresses: `/api/pictures/<name>.png` is one that was drawn for an answer and is kept,
 * `/api/pictures/incidents/12.png` is drawn when somebody looks, as it is then; and kept once it will not change. With
 * `.json` at its end instead, an address gives the numbers that the picture shows.
 */
import type { Chart } from "../../alerts/charts/chart.ts";
import type { Timeline } from "../../monitors/flow/timeline.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import { jsonName, openAlbum } from "./album.ts";
import { chartData } from "./chart-data.ts";
import { drawChart } from "./draw-chart.ts";
import { drawTimeline } from "./draw-timeline.ts";
import { loadGlyphs } from "./glyphs.ts";
import { encodePng } from "./png.ts";

/** What can be drawn: values over time, or a run of a flow. */
export type Drawing = Chart | Timeline;

export interface Pictures {
  /** Draws it and keeps it; its address, or undefined when that failed, which is logged. */
  keep(drawing: Drawing): Promise<string | undefined>;
  /** The address of an incident's picture. */
  ofIncident(incident: number): string;
  /** The PNG or the JSON behind an address; undefined when there is none, or no time to make it. */
  find(address: string): Promise<Uint8Array | undefined>;
}

export interface PicturesDeps {
  /** Where they are kept. */
  readonly dir: string;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  /** Lets other work run. */
  breathe(): Promise<void>;
  /** The picture of an incident as it is now; undefined when there is none. */
  incidentDrawing(incident: number): Promise<Drawing | undefined>;
}

/** What stands before every address of ours. */
export const PICTURES = "/api/pictures/";
const INCIDENT = /^incidents\/([1-9]\d{0,14})\.(png|json)$/;
type Form = "png" | "json";
/** Pictures of incidents that are over, whose names are remembered. */
const MOST_FINAL = 1_000;
/** More wishes than these are not waited for: each takes some milliseconds. */
const MOST_WAITING = 32;

export function openPictures({ dir, clock, log, breathe, incidentDrawing }: PicturesDeps): Pictures {
  const album = openAlbum(dir);
  /** One picture after another: each needs a few megabytes while it is drawn. */
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  /** By incident: the picture that will not change any more, in the album. */
  const final = new Map<number, string>();
  /** Several readers of one conversation see a card at the same time. */
  const underWay = new Map<string, Promise<Uint8Array | undefined>>();

  function inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (waiting >= MOST_WAITING) return Promise.resolve(undefined);
    waiting++;
    const done = last.then(work).catch((err: unknown) => {
      log.warn({ err }, "a picture could not be drawn");
      return undefined;
    });
    last = done.finally(() => waiting--);
    return done;
  }

  function incident(number: number, form: Form): Promise<Uint8Array | undefined> {
    const asked = `${number}.${form}`;
    const known = underWay.get(asked);
    if (known !== undefined) return known;
    const drawing = inTurn(async () => {
      const name = final.get(number);
      const kept = name === undefined ? undefined : await album.find(form === "png" ? name : jsonName(name));
      if (kept !== undefined) return kept;
      const askedAt = clock.now();
      const drawing = await incidentDrawing(number);
      if (drawing === undefined) return undefined;
      const json = Buffer.from(jsonOf(drawing));
      const over = isFinal(drawing, askedAt);
      // Whoever asks for the numbers draws them; the picture is made when somebody asks for it, or both are kept.
      if (form === "json" && !over) return json;
      const png = await pngOf(drawing, breathe);
      if (over) await keepFinal(number, png, json);
      return form === "png" ? png : json;
    }).finally(() => underWay.delete(asked));
    underWay.set(asked, drawing);
    return drawing;
  }

  async function keepFinal(number: number, png: Uint8Array, json: Uint8Array): Promise<void> {
    final.set(number, await album.keep(png, json));
    for (const old of final.keys()) if (final.size > MOST_FINAL) final.delete(old);
  }

  return {
    keep: (drawing) =>
      inTurn(async () => PICTURES + (await album.keep(await pngOf(drawing, breathe), jsonOf(drawing)))),
    ofIncident: (number) => `${PICTURES}incidents/${number}.png`,
    async find(address) {
      if (!address.startsWith(PICTURES)) return undefined;
      const name = address.slice(PICTURES.length);
      const [, number, form] = INCIDENT.exec(name) ?? [];
      return number === undefined ? album.find(name) : incident(Number(number), form as Form);
    },
  };
}

/** A chart that ends in the past shows all there is of an incident; a run that is tried again changes. */
function isFinal(drawing: Drawing, askedAt: number): boolean {
  return "lines" in drawing && drawing.to < askedAt;
}

/** What a chart shows, as JSON; of a run there is only the picture, which `null` says. */
function jsonOf(drawing: Drawing): string {
  return "lines" in drawing ? JSON.stringify(chartData(drawing)) : "null";
}

async function pngOf(drawing: Drawing, breathe: () => Promise<void>): Promise<Uint8Array> {
  const glyphs = await loadGlyphs();
  const { width, height, pixels } =
    "lines" in drawing
      ? await drawChart(drawing, glyphs, breathe)
      : await drawTimeline(drawing, glyphs, breathe);
  await breathe();
  return encodePng(width, height, pixels);
}
