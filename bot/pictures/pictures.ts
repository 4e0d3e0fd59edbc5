/**
 * Pictures of charts by their addresses: `/api/pictures/<name>.png` is one that was drawn for an answer and is kept,
 * `/api/pictures/incidents/12.png` is drawn when somebody looks, as it is then.
 */
import type { Chart } from "../../alerts/charts/chart.ts";
import type { Log } from "../../storage/log.ts";
import { openAlbum } from "./album.ts";
import { drawChart } from "./draw-chart.ts";
import { loadGlyphs } from "./glyphs.ts";
import { encodePng } from "./png.ts";

export interface Pictures {
  /** Draws a chart and keeps it; its address, or undefined when that failed, which is logged. */
  keep(chart: Chart): Promise<string | undefined>;
  /** The address of an incident's picture. */
  ofIncident(incident: number): string;
  /** The PNG behind an address; undefined when there is none, or no time to draw one. */
  find(address: string): Promise<Uint8Array | undefined>;
}

export interface PicturesDeps {
  /** Where they are kept. */
  readonly dir: string;
  readonly log: Log;
  /** Lets other work run. */
  breathe(): Promise<void>;
  /** The chart of an incident as it is now; undefined when there is none. */
  incidentChart(incident: number): Promise<Chart | undefined>;
}

/** What stands before every address of ours. */
export const PICTURES = "/api/pictures/";
const INCIDENT = /^incidents\/([1-9]\d{0,14})\.png$/;
/** More wishes than these are not waited for: each takes some milliseconds. */
const MOST_WAITING = 32;

export function openPictures({ dir, log, breathe, incidentChart }: PicturesDeps): Pictures {
  const album = openAlbum(dir);
  /** One picture after another: each needs a few megabytes while it is drawn. */
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  /** Several readers of one conversation see a card at the same time. */
  const underWay = new Map<number, Promise<Uint8Array | undefined>>();

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

  function incident(number: number): Promise<Uint8Array | undefined> {
    const known = underWay.get(number);
    if (known !== undefined) return known;
    const drawing = inTurn(async () => {
      const chart = await incidentChart(number);
      return chart === undefined ? undefined : chartPng(chart, breathe);
    }).finally(() => underWay.delete(number));
    underWay.set(number, drawing);
    return drawing;
  }

  return {
    keep: (chart) => inTurn(async () => PICTURES + (await album.keep(await chartPng(chart, breathe)))),
    ofIncident: (number) => `${PICTURES}incidents/${number}.png`,
    async find(address) {
      if (!address.startsWith(PICTURES)) return undefined;
      const name = address.slice(PICTURES.length);
      const number = INCIDENT.exec(name)?.[1];
      return number === undefined ? album.find(name) : incident(Number(number));
    },
  };
}

async function chartPng(chart: Chart, breathe: () => Promise<void>): Promise<Uint8Array> {
  const { width, height, pixels } = await drawChart(chart, await loadGlyphs(), breathe);
  await breathe();
  return encodePng(width, height, pixels);
}
