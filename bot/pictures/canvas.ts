/**
 * A canvas of opaque pixels with smooth edges. Everything is computed with +, -, *, / and square roots, so that every
 * machine draws the same pixels.
 */

/** Red, green and blue, each from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a shape is painted with; `alpha` from 0 to 1. */
export interface Paint {
  readonly colour: Colour;
  readonly alpha?: number;
}

/** Receives the corners of closed outlines, one outline after another. */
export interface Outline {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel, row by row from the top. */
  readonly pixels: Uint8Array;
  /** A rectangle of whole pixels. */
  rectangle(x: number, y: number, width: number, height: number, paint: Paint): void;
  /** Outlines that are filled; where they turn the other way they cut holes. `draw` must stay on the canvas. */
  fill(draw: (outline: Outline) => void, paint: Paint): void;
  /** A line with round joins and ends through all points; one point is a dot. */
  stroke(points: readonly Point[], width: number, paint: Paint): void;
}

export function createCanvas(width: number, height: number, background: Colour): Canvas {
  const pixels = new Uint8Array(width * height * 3);
  pixels.set(background);
  for (let done = 3; done < pixels.length; done *= 2) pixels.copyWithin(done, 0, done);
  // One column more on the right: an edge in the last pixel hands on to the next one.
  const stride = width + 2;
  const area = new Float32Array(stride * height);
  const cover = new Uint8Array(width * height);

  /** Mixes a paint into the pixel that begins at `at`, as far as it is covered. */
  function blender({ colour: [red, green, blue], alpha = 1 }: Paint): (at: number, covered: number) => void {
    return (at, covered) => {
      const share = covered * alpha;
      pixels[at] = mix(pixels[at] ?? 0, red, share);
      pixels[at + 1] = mix(pixels[at + 1] ?? 0, green, share);
      pixels[at + 2] = mix(pixels[at + 2] ?? 0, blue, share);
    };
  }

  return {
    width,
    height,
    pixels,
    rectangle(x, y, w, h, paint) {
      const blend = blender(paint);
      const [left, right] = [Math.max(0, Math.round(x)), Math.min(width, Math.round(x + w))];
      const [top, bottom] = [Math.max(0, Math.round(y)), Math.min(height, Math.round(y + h))];
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++) blend((row * width + column) * 3, 1);
    },
    fill(draw, paint) {
      const blend = blender(paint);
      const bounds = fillArea(area, stride, width, height, draw);
      for (let row = bounds.top; row < bounds.bottom; row++) {
        let sum = 0;
        for (
          let column = bounds.left, at = row * stride + column;
          column <= bounds.right + 1;
          column++, at++
        ) {
          sum += area[at] ?? 0;
          area[at] = 0;
          if (column >= width) continue;
          const covered = Math.min(1, Math.abs(sum));
          if (covered > 1 / 512) blend((row * width + column) * 3, covered);
        }
      }
    },
    stroke(points, lineWidth, paint) {
      const blend = blender(paint);
      const bounds = strokeCover(cover, width, height, points, lineWidth / 2);
      for (let row = bounds.top; row < bounds.bottom; row++)
        for (let column = bounds.left, at = row * width + column; column < bounds.right; column++, at++) {
          const covered = cover[at] ?? 0;
          if (covered === 0) continue;
          cover[at] = 0;
          blend(at * 3, covered / 255);
        }
    },
  };
}

/** Pixels that may have been touched; `right` and `bottom` are the first beyond. */
interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Puts into each pixel by how much the covered area changes from the pixel left of it; adding up along a row gives
 * the covered share of each pixel, exactly.
 */
function fillArea(
  area: Float32Array,
  stride: number,
  width: number,
  height: number,
  draw: (outline: Outline) => void,
): Bounds {
  let [left, right, top, bottom] = [width, 0, height, 0];
  let [startX, startY, lastX, lastY] = [0, 0, 0, 0];

  function add(at: number, value: number): void {
    area[at] = (area[at] ?? 0) + value;
  }

  function edge(fromX: number, fromY: number, toX: number, toY: number): void {
    if (fromY === toY) return;
    const direction = fromY < toY ? 1 : -1;
    const [x0, y0, x1, y1] = fromY < toY ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
    const slope = (x1 - x0) / (y1 - y0);
    const firstRow = Math.max(0, Math.floor(y0));
    const pastRow = Math.min(height, Math.ceil(y1));
    for (let row = firstRow; row < pastRow; row++) {
      const upper = Math.max(row, y0);
      const lower = Math.min(row + 1, y1);
      const turn = (lower - upper) * direction;
      const a = clamp(x0 + slope * (upper - y0), 0, width);
      const b = clamp(x0 + slope * (lower - y0), 0, width);
      const [near, far] = a < b ? [a, b] : [b, a];
      const first = Math.floor(near);
      const last = Math.ceil(far);
      const at = row * stride + first;
      if (last <= first + 1) {
        const middle = (near + far) / 2 - first;
        add(at, turn * (1 - middle));
        add(at + 1, turn * middle);
      } else {
        const each = 1 / (far - near);
        const begin = near - first;
        const end = far - last + 1;
        const firstArea = (each * (1 - begin) * (1 - begin)) / 2;
        const lastArea = (each * end * end) / 2;
        add(at, turn * firstArea);
        if (last === first + 2) add(at + 1, turn * (1 - firstArea - lastArea));
        else {
          const second = each * (1.5 - begin);
          add(at + 1, turn * (second - firstArea));
          for (let column = first + 2; column < last - 1; column++) add(row * stride + column, turn * each);
          add(row * stride + last - 1, turn * (1 - (second + (last - first - 3) * each) - lastArea));
        }
        add(row * stride + last, turn * lastArea);
      }
      left = Math.min(left, first);
      right = Math.max(right, last);
    }
    top = Math.min(top, firstRow);
    bottom = Math.max(bottom, pastRow);
  }

  const outline: Outline = {
    moveTo(x, y) {
      edge(lastX, lastY, startX, startY);
      [startX, startY, lastX, lastY] = [x, y, x, y];
    },
    lineTo(x, y) {
      edge(lastX, lastY, x, y);
      lastX = x;
      lastY = y;
    },
  };
  draw(outline);
  outline.moveTo(0, 0);
  return { left, right: Math.min(right, width), top, bottom };
}

/** Puts into each pixel how much of it is nearer than `radius` to the line, from 0 to 255. */
function strokeCover(
  cover: Uint8Array,
  width: number,
  height: number,
  points: readonly Point[],
  radius: number,
): Bounds {
  let [left, right, top, bottom] = [width, 0, height, 0];
  const reach = radius + 0.5;
  points.forEach((to, i) => {
    const from = points[i - 1] ?? to;
    if (i === 0 && points.length > 1) return;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length2 = dx * dx + dy * dy;
    const x0 = clamp(Math.floor(Math.min(from.x, to.x) - reach), 0, width);
    const x1 = clamp(Math.ceil(Math.max(from.x, to.x) + reach), 0, width);
    const y0 = clamp(Math.floor(Math.min(from.y, to.y) - reach), 0, height);
    const y1 = clamp(Math.ceil(Math.max(from.y, to.y) + reach), 0, height);
    for (let row = y0; row < y1; row++) {
      const py = row + 0.5 - from.y;
      for (let column = x0; column < x1; column++) {
        const at = row * width + column;
        if (cover[at] === 255) continue;
        const px = column + 0.5 - from.x;
        const along = length2 === 0 ? 0 : clamp((px * dx + py * dy) / length2, 0, 1);
        const [awayX, awayY] = [px - along * dx, py - along * dy];
        const away2 = awayX * awayX + awayY * awayY;
        if (away2 >= reach * reach) continue;
        const covered = Math.round(Math.min(1, reach - Math.sqrt(away2)) * 255);
        if (covered > (cover[at] ?? 0)) cover[at] = covered;
      }
    }
    left = Math.min(left, x0);
    right = Math.max(right, x1);
    top = Math.min(top, y0);
    bottom = Math.max(bottom, y1);
  });
  return { left, right, top, bottom };
}

function mix(under: number, over: number, share: number): number {
  return Math.round(under + (over - under) * share);
}

function clamp(value: number, least: number, most: number): number {
  return value < least ? least : Math.min(value, most);
}
