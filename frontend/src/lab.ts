/** sRGB and CIELAB (D65) of single colors; ml/imaging has the same for whole photos. */

const WHITE = [0.950456, 1, 1.088754] as const;

/** L*, a and b of "#rrggbb". */
export function labOf(hex: string): [light: number, a: number, b: number] {
  const [r, g, b] = [1, 3, 5].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255)) as [
    number,
    number,
    number,
  ];
  const x = root((0.412453 * r + 0.35758 * g + 0.180423 * b) / WHITE[0]);
  const y = root((0.212671 * r + 0.71516 * g + 0.072169 * b) / WHITE[1]);
  const z = root((0.019334 * r + 0.119193 * g + 0.950227 * b) / WHITE[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

export function hexOf(red: number, green: number, blue: number): string {
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** The key of a color's name: "gray", "red", "orange", … */
export function nameOf(a: number, b: number): string {
  if (Math.hypot(a, b) < 8) return "gray";
  const hue = (Math.atan2(b, a) * 180) / Math.PI;
  const found = HUES.find(([end]) => hue < end);
  return found ? found[1] : "blue";
}

/** Where hues of Lab end, in degrees, and what they are called. */
const HUES: readonly (readonly [number, string])[] = [
  [-150, "cyan"],
  [-47, "blue"],
  [-22, "purple"],
  [15, "pink"],
  [50, "red"],
  [78, "orange"],
  [108, "yellow"],
  [165, "green"],
  [181, "cyan"],
];

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function root(value: number): number {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}
