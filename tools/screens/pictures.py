"""Pictures of 256 colours: pages have few, and a tenth of the bytes is enough for them.

The browser that took the picture also counts its colours; what it gives back is written as a PNG with a palette.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS_MAX = 256
# Counts colours in bins of 5, 6 and 5 bits, keeps the most frequent, and gives every other bin its nearest of these.
REDUCE = """
async ([picture, most]) => {
  const image = await createImageBitmap(await (await fetch(picture)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const data = pen.getImageData(0, 0, image.width, image.height).data;
  const bins = new Map();
  const binOf = (at) => ((data[at] >> 3) << 11) | ((data[at + 1] >> 2) << 5) | (data[at + 2] >> 3);
  for (let at = 0; at < data.length; at += 4) {
    const bin = binOf(at);
    const seen = bins.get(bin);
    if (seen) { seen[0] += 1; } else { bins.set(bin, [1, data[at], data[at + 1], data[at + 2]]); }
  }
  const ordered = [...bins.entries()].sort((a, b) => b[1][0] - a[1][0]);
  const palette = ordered.slice(0, most).map(([, seen]) => seen.slice(1));
  const nearest = (red, green, blue) => {
    let best = 0, least = Infinity;
    palette.forEach(([r, g, b], place) => {
      const far = (r - red) ** 2 * 2 + (g - green) ** 2 * 4 + (b - blue) ** 2 * 3;
      if (far < least) { least = far; best = place; }
    });
    return best;
  };
  const places = new Map(ordered.map(([bin, seen], place) => [bin, place < most ? place : nearest(...seen.slice(1))]));
  const rows = new Uint8Array(data.length / 4);
  for (let at = 0; at < data.length; at += 4) rows[at / 4] = places.get(binOf(at));
  let text = "";
  for (let at = 0; at < rows.length; at += 32768) text += String.fromCharCode(...rows.subarray(at, at + 32768));
  return { width: image.width, height: image.height, palette, rows: btoa(text) };
}
"""


def reduced(page: Any, picture: bytes) -> bytes:
    """This function will write a picture anew with a palette; `page` is any open page of the browser."""
    address = "data:image/png;base64," + base64.b64encode(picture).decode()
    told = page.evaluate(REDUCE, [address, COLOURS_MAX])
    return png(
        base64.b64decode(told["rows"]),
        width=told["width"],
        height=told["height"],
        palette=[tuple(colour) for colour in told["palette"]],
    )


def png(rows: bytes, *, width: int, height: int, palette: list[tuple[int, ...]]) -> bytes:
    """This function will write a PNG of one byte a pixel, each the place of its colour in the palette."""
    if len(rows) != width * height or not 0 < len(palette) <= COLOURS_MAX:
        raise ValueError(f"{len(rows)} pixels and {len(palette)} colours are no picture of {width} by {height}")
    lines = b"".join(b"\0" + rows[at : at + width] for at in range(0, len(rows), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
