/** Places of a picture, 0..1 of its sides: moved by keys, and mapped to another picture of it. */

export type Place = readonly [x: number, y: number];

const STEPS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const STEP = 0.01; // of the picture; five times that with Shift

/** Where an arrow key leads from a place; undefined for other keys. */
export function stepped(event: KeyboardEvent, [x, y]: Place): Place | undefined {
  const step = STEPS[event.key];
  if (!step) return undefined;
  event.preventDefault();
  const size = event.shiftKey ? 5 * STEP : STEP;
  return [within(x + size * step[0]), within(y + size * step[1])];
}

/** A place under a projective map, nine numbers by rows; kept within the photo. */
export function mapped(m: readonly number[], [x, y]: Place): Place {
  const row = (i: number) => m[3 * i]! * x + m[3 * i + 1]! * y + m[3 * i + 2]!;
  const rounded = (value: number) => Math.round(within(value) * 1e5) / 1e5;
  return [rounded(row(0) / row(2)), rounded(row(1) / row(2))];
}

export function within(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
