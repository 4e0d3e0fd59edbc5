"""Makes glyphs.bin.br: the outlines of a subset of Noto Sans CJK SC, flattened to straight lines on a coarse grid.

Run once, by hand, when characters are added; needs Debian's python3-fonttools and fonts-noto-cjk, and node:
    python3 bot/pictures/font/make.py

Format, after brotli: varint glyph count, then three streams, each behind its length in bytes as a varint:
 heads   per glyph: code point less the one before, advance in grid units, bytes in xs, bytes in ys, number of
         contours, and per contour its points
 xs, ys  per point: zigzag varint difference to the point before (the first of a glyph to 0), in grid units, y upwards
"""
import subprocess
import sys
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTCollection

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FAMILY = "Noto Sans CJK SC"
# Grid units for one em (1000 font units), and how far a line may be from its curve, in grid units: 0.09 px at 26 px.
GRID = 200
TOLERANCE = 0.7
HERE = Path(__file__).parent

# Hanzi of names and places that no old code has, and signs. Emoji have no outlines.
BEYOND = "镕喆堃淼玥祎垚翀赟瑄炘烨昇嫄犇焱頔珺曌甯俍璟翾旻昉琤玘珅佺稹瑀锜铖镔钰彧沄淏滢邨砼囧啰鿍"
SIGNS = "℃℉‰€™←↑→↓−×÷∞≤≥≠≈±°µ·…–—‘’“”•√∑∆Ω▲▼■□●○★☆✓✗└├│─²³½¥£§©®￥"


def decoded(codec, highs, lows):
    for high in highs:
        for low in lows:
            try:
                yield ord(bytes([high, low]).decode(codec))
            except UnicodeDecodeError:
                pass


# All of GBK: the 20,902 hanzi of Unicode 1.1, simplified and traditional, so that nobody's name is a box; kana, Greek,
# Cyrillic, signs; and Latin.
WANTED = {
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *map(ord, BEYOND + SIGNS),
    *decoded("gbk", range(0x81, 0xFF), [*range(0x40, 0x7F), *range(0x80, 0xFF)]),
}


class Flatten(BasePen):
    def __init__(self, glyphs, scale):
        super().__init__(glyphs)
        self.scale = scale
        self.contours = []

    def _moveTo(self, point):
        self.contours.append([self._at(point)])

    def _lineTo(self, point):
        self.contours[-1].append(self._at(point))

    def _curveToOne(self, b, c, d):
        a = self.contours[-1][-1]
        self._split(a, self._at(b), self._at(c), self._at(d), 0)

    def _at(self, point):
        return (point[0] * self.scale, point[1] * self.scale)

    def _split(self, a, b, c, d, depth):
        ux, uy = 3 * b[0] - 2 * a[0] - d[0], 3 * b[1] - 2 * a[1] - d[1]
        vx, vy = 3 * c[0] - a[0] - 2 * d[0], 3 * c[1] - a[1] - 2 * d[1]
        flat = max(ux * ux, vx * vx) + max(uy * uy, vy * vy)
        if flat <= 16 * 0.2 * 0.2 or depth > 8:
            self.contours[-1].append(d)
            return
        mid = lambda p, q: ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2)
        ab, bc, cd = mid(a, b), mid(b, c), mid(c, d)
        abc, bcd = mid(ab, bc), mid(bc, cd)
        m = mid(abc, bcd)
        self._split(a, ab, abc, m, depth + 1)
        self._split(m, bcd, cd, d, depth + 1)


def simplify(points):
    """Ramer, Douglas and Peucker: leaves out what is nearer than TOLERANCE to the line between what is kept."""
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        dx, dy = bx - ax, by - ay
        length = (dx * dx + dy * dy) ** 0.5 or 1.0
        far, farthest = 0.0, None
        for i in range(first + 1, last):
            px, py = points[i][0] - ax, points[i][1] - ay
            away = abs(px * dy - py * dx) / length if dx or dy else (px * px + py * py) ** 0.5
            if away > far:
                far, farthest = away, i
        if farthest is not None and far > TOLERANCE:
            keep[farthest] = True
            stack += [(first, farthest), (farthest, last)]
    return [point for point, kept in zip(points, keep) if kept]


def tidy(contour):
    if contour[0] == contour[-1]:
        contour = contour[:-1]
    # Begin at the leftmost point, an extreme, so that it can be kept for certain.
    start = min(range(len(contour)), key=lambda i: contour[i])
    contour = contour[start:] + contour[:start]
    points = []
    for x, y in simplify(contour + contour[:1])[:-1]:
        point = (round(x), round(y))
        if not points or points[-1] != point:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points if len(points) > 2 else []


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return out


def zigzag(value):
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def main():
    fonts = TTCollection(SOURCE).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1) == FAMILY)
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
    scale = GRID / font["head"].unitsPerEm
    codes = sorted(code for code in WANTED if code in cmap)
    heads, xs, ys = bytearray(), bytearray(), bytearray()
    before = 0
    points = 0
    for code in codes:
        pen = Flatten(glyphs, scale)
        glyph = glyphs[cmap[code]]
        glyph.draw(pen)
        contours = [c for c in map(tidy, pen.contours) if c]
        own_xs, own_ys = bytearray(), bytearray()
        x = y = 0
        for contour in contours:
            points += len(contour)
            for px, py in contour:
                own_xs += zigzag(px - x)
                own_ys += zigzag(py - y)
                x, y = px, py
        for number in (code - before, round(glyph.width * scale), len(own_xs), len(own_ys), len(contours)):
            heads += varint(number)
        for contour in contours:
            heads += varint(len(contour))
        before = code
        xs += own_xs
        ys += own_ys
    raw = varint(len(codes)) + b"".join(bytes(varint(len(s)) + s) for s in (heads, xs, ys))
    compress = (
        "const z=require('node:zlib'),c=z.constants;const b=require('node:fs').readFileSync(0);"
        "process.stdout.write(z.brotliCompressSync(b,{params:{[c.BROTLI_PARAM_QUALITY]:11,"
        "[c.BROTLI_PARAM_LGWIN]:24,[c.BROTLI_PARAM_SIZE_HINT]:b.length}}))"
    )
    packed = subprocess.run(["node", "-e", compress], input=bytes(raw), capture_output=True, check=True).stdout
    (HERE / "glyphs.bin.br").write_bytes(packed)
    print(len(codes), "glyphs,", points, "points,", len(raw), "bytes,", len(packed), "packed", file=sys.stderr)


main()
