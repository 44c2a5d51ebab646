/** Places of a picture, 0..1 of its sides: moved by keys, and mapped to another picture of it. */

export type Place = readonly [x: number, y: number];

const STEPS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const DRAG = 4; // pixels that make a press a drag
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

/** Where a pointer is on a layer that lies over the picture. */
export function placeOf(event: MouseEvent, layer: Element): Place {
  const box = layer.getBoundingClientRect();
  return [
    within((event.clientX - box.left) / box.width),
    within((event.clientY - box.top) / box.height),
  ];
}

/** Show an element at a place. */
export function put(element: HTMLElement, [x, y]: Place): void {
  element.style.setProperty("--x", `${100 * x}%`);
  element.style.setProperty("--y", `${100 * y}%`);
}

/** Call `move` with each place that a button is dragged to over its layer. */
export function onDrag(button: HTMLElement, layer: Element, move: (place: Place) => void): void {
  let down: PointerEvent | undefined;
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    down = event;
  });
  button.addEventListener("pointermove", (event) => {
    if (!down) return;
    if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < DRAG) return;
    move(placeOf(event, layer));
  });
  button.addEventListener("lostpointercapture", () => (down = undefined));
}

export function within(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
