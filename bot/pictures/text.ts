/** Text on a canvas, in one size of one font per call. A character that the font has not is an empty box. */
import type { Canvas, Outline, Paint } from "./canvas.ts";
import { EM, type Glyph, type Glyphs } from "./glyphs.ts";

export interface TextStyle extends Paint {
  /** The height of an em, in pixels. */
  readonly size: number;
}

export interface Letters {
  /** How wide a text is, in pixels. */
  width(text: string, size: number): number;
  /** As much of the text as fits, with an ellipsis where it does not. */
  fit(text: string, size: number, most: number): string;
  /** Writes on the base line `y`, from `x` to the right. */
  write(canvas: Canvas, text: string, x: number, y: number, style: TextStyle): void;
}

/** How wide the box is that stands for a character that is not there, in ems. */
const BOX = 0.7;
const ELLIPSIS = "…";

export function lettersOf(glyphs: Glyphs): Letters {
  const advance = (character: string): number => {
    const glyph = glyphs.find(character.codePointAt(0) ?? 0);
    return glyph === undefined ? BOX : glyph.advance / EM;
  };
  const width = (text: string, size: number): number => {
    let ems = 0;
    for (const character of text) ems += advance(character);
    return ems * size;
  };

  return {
    width,
    fit(text, size, most) {
      if (width(text, size) <= most) return text;
      let kept = "";
      let used = width(ELLIPSIS, size);
      for (const character of text) {
        used += advance(character) * size;
        if (used > most) break;
        kept += character;
      }
      return `${kept.trimEnd()}${ELLIPSIS}`;
    },
    write(canvas, text, x, y, { size, ...paint }) {
      canvas.fill((outline) => {
        let pen = x;
        for (const character of text) {
          const glyph = glyphs.find(character.codePointAt(0) ?? 0);
          if (glyph === undefined) emptyBox(outline, pen, y, size);
          else trace(outline, glyph, pen, y, size / EM);
          pen += advance(character) * size;
        }
      }, paint);
    },
  };
}

function trace(outline: Outline, glyph: Glyph, x: number, y: number, scale: number): void {
  for (const [first, ...others] of glyph.outlines) {
    if (first === undefined) continue;
    outline.moveTo(x + first.x * scale, y - first.y * scale);
    for (const point of others) outline.lineTo(x + point.x * scale, y - point.y * scale);
  }
}

function emptyBox(outline: Outline, x: number, y: number, size: number): void {
  const [left, right, bottom, top] = [x + 0.08 * size, x + (BOX - 0.08) * size, y, y - 0.74 * size];
  const line = 0.06 * size;
  corners(outline, left, top, right, bottom);
  // The other way round: a hole.
  corners(outline, right - line, top + line, left + line, bottom - line);
}

function corners(outline: Outline, x0: number, y0: number, x1: number, y1: number): void {
  outline.moveTo(x0, y0);
  outline.lineTo(x1, y0);
  outline.lineTo(x1, y1);
  outline.lineTo(x0, y1);
}
