/** The colors that a photo has: at a place, and most of. */
import type { Maps } from "./blend";
import { hexOf } from "./lab";
import type { Place } from "./places";

/** "#rrggbb" of what a picture shows at a place: the mean of 5 x 5 pixels. */
export function hexAt(picture: HTMLCanvasElement | HTMLImageElement, [x, y]: Place): string {
  const one = document.createElement("canvas");
  one.width = one.height = 1;
  const context = one.getContext("2d", { willReadFrequently: true })!;
  const isImage = picture instanceof HTMLImageElement;
  const width = isImage ? picture.naturalWidth : picture.width;
  const height = isImage ? picture.naturalHeight : picture.height;
  context.drawImage(picture, x * width - 2, y * height - 2, 5, 5, 0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return hexOf(red!, green!, blue!);
}

/** a and b of the maps at a place. */
export function colorOf(maps: Maps, x: number, y: number): readonly [number, number] {
  const column = Math.min(maps.width - 1, Math.floor(x * maps.width));
  const row = Math.min(maps.height - 1, Math.floor(y * maps.height));
  const index = 2 * (row * maps.width + column);
  return [maps.decoded[index]!, maps.decoded[index + 1]!];
}

/** The colors that cover most of a photo, no two alike. */
export function mostOf(maps: Maps | undefined): (readonly [number, number])[] {
  const counts = new Map<string, number>();
  for (let i = 0; i < (maps?.decoded.length ?? 0); i += 2) {
    const key = [0, 1].map((j) => 12 * Math.round(maps!.decoded[i + j]! / 12)).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = [...counts].sort(([, one], [, other]) => other - one).slice(0, 6);
  return most.map(([key]) => key.split(",").map(Number) as [number, number]);
}
