/**
 * A photo's colors at any vividness, as the server renders them: small maps of a and b are blended,
 * upsampled bicubically, joined with the gray picture's lightness and fitted into sRGB.
 *
 * The counterpart of ml/imaging/chroma.py and gamut.py; a test compares their pixels.
 */

const OFFSET = 128;
const STEPS = 16;
const MAX_VIVID = 1.5;

/** a and b of a photo, interleaved, `width * height * 2` numbers each. */
export interface Maps {
  readonly width: number;
  readonly height: number;
  readonly regression: Float32Array;
  readonly decoded: Float32Array;
}

/** How far, 0..1, faded tones `low`..`high` of L* are stretched to all of it (ml/imaging/tones.py). */
export interface Tones {
  readonly strength: number;
  readonly low: number;
  readonly high: number;
}

const MIN_RANGE = 5;

/** L* of each of the 256 grays, restored. */
function lightnesses({ strength, low, high }: Tones): Float32Array {
  if (!strength || high - low < MIN_RANGE) return LIGHTNESS;
  return LIGHTNESS.map((light) => {
    const stretched = Math.min(Math.max((100 * (light - low)) / (high - low), 0), 100);
    return light + strength * (stretched - light);
  });
}

/** Read the picture that `Chroma.to_png` writes: regression above decoded, 12 bits a value. */
export function mapsOf(picture: ImageData): Maps {
  const { width, data } = picture;
  const height = picture.height / 2;
  const read = (first: number): Float32Array => {
    const values = new Float32Array(width * height * 2);
    for (let i = 0; i < width * height; i += 1) {
      const at = (first + i) * 4;
      const low = data[at + 2]!;
      values[2 * i] = ((data[at]! << 4) | (low >> 4)) / STEPS - OFFSET;
      values[2 * i + 1] = ((data[at + 1]! << 4) | (low & 15)) / STEPS - OFFSET;
    }
    return values;
  };
  return { width, height, regression: read(0), decoded: read(width * height) };
}

/** a and b at a vividness of 0 (calm), 1 (natural) to 2 (vivid). */
function abAt({ regression, decoded }: Maps, vividness: number): Float32Array {
  if (vividness <= 1) return regression.map((r, i) => r + vividness * (decoded[i]! - r));
  return decoded.map((value) => value * (1 + (vividness - 1) * (MAX_VIVID - 1)));
}

/** The gray picture in color; `target` has the same size and is written over. */
export function paint(
  gray: ImageData,
  maps: Maps,
  vividness: number,
  target: ImageData,
  tones: Tones = { strength: 0, low: 0, high: 100 },
): void {
  prepare();
  const { width, height } = gray;
  const light = lightnesses(tones);
  const ab = abAt(maps, vividness);
  const columns = taps(width, maps.width);
  const rows = taps(height, maps.height);
  const source = gray.data;
  const out = target.data;
  const mixed = new Float32Array(maps.width * 2);
  for (let y = 0; y < height; y += 1) {
    mixed.fill(0);
    for (let tap = 0; tap < 4; tap += 1) {
      const weight = rows.weights[4 * y + tap]!;
      const from = rows.places[4 * y + tap]! * maps.width * 2;
      for (let i = 0; i < mixed.length; i += 1) mixed[i]! += weight * ab[from + i]!;
    }
    for (let x = 0; x < width; x += 1) {
      let a = 0;
      let b = 0;
      for (let tap = 4 * x; tap < 4 * x + 4; tap += 1) {
        const at = columns.places[tap]! * 2;
        a += columns.weights[tap]! * mixed[at]!;
        b += columns.weights[tap]! * mixed[at + 1]!;
      }
      const at = 4 * (y * width + x);
      toRgb(light[source[at]!]!, a, b, out, at);
    }
  }
}

/** For each of `size` pixels the four places among `from` that it is made of, and their weights. */
function taps(size: number, from: number): { places: Int32Array; weights: Float32Array } {
  const places = new Int32Array(4 * size);
  const weights = new Float32Array(4 * size);
  for (let i = 0; i < size; i += 1) {
    const position = (i + 0.5) * (from / size) - 0.5;
    const first = Math.floor(position);
    for (let tap = 0; tap < 4; tap += 1) {
      const place = first + tap - 1;
      places[4 * i + tap] = Math.min(Math.max(place, 0), from - 1);
      weights[4 * i + tap] = cubic(Math.abs(position - place));
    }
  }
  return { places, weights };
}

/** Keys' kernel with a = -0.75, as OpenCV's. */
function cubic(x: number): number {
  const a = -0.75;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

const LIGHTNESS = new Float32Array(256);
const LIGHT_STEPS = 16384;
const ENCODED = new Float32Array(LIGHT_STEPS + 1);

/** Fills the tables, where there is something to paint: most pages have nothing. */
function prepare(): void {
  if (ENCODED[LIGHT_STEPS]! > 0) return;
  for (let gray = 0; gray < 256; gray += 1) {
    const value = gray / 255;
    const exact = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const light = Math.round(exact * 65535) / 65535; // as the server keeps it
    LIGHTNESS[gray] = light > 0.008856 ? 116 * Math.cbrt(light) - 16 : 903.3 * light;
  }
  for (let step = 0; step <= LIGHT_STEPS; step += 1) {
    const light = step / LIGHT_STEPS;
    ENCODED[step] = 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);
  }
}

/** sRGB of L*, a, b; chroma that does not fit is reduced. */
export function rgbOfLab(light: number, a: number, b: number): [number, number, number] {
  prepare();
  const out = new Uint8ClampedArray(4);
  toRgb(light, a, b, out, 0);
  return [out[0]!, out[1]!, out[2]!];
}

const rgb = new Float64Array(3);

/** One pixel's sRGB into `out`; chroma that does not fit is reduced, never lightness or hue. */
function toRgb(lightness: number, a: number, b: number, out: Uint8ClampedArray, at: number): void {
  encode(lightness, a, b);
  if (outside()) {
    const chroma = Math.hypot(a, b);
    const scale = Math.min(1, room(lightness, a, b) / Math.max(chroma, 1e-6));
    encode(lightness, a * scale, b * scale);
  }
  out[at] = rgb[0]!;
  out[at + 1] = rgb[1]!;
  out[at + 2] = rgb[2]!;
  out[at + 3] = 255;
}

function outside(): boolean {
  return !within(0.5, 254.5);
}

/** Spelled out: a pixel has no time for a loop. */
function within(low: number, high: number): boolean {
  const red = rgb[0]!;
  const green = rgb[1]!;
  const blue = rgb[2]!;
  return red >= low && red < high && green >= low && green < high && blue >= low && blue < high;
}

function encode(lightness: number, a: number, b: number): void {
  light(lightness, a, b);
  for (let i = 0; i < 3; i += 1) {
    const value = rgb[i]!;
    // Between two steps of the table, and beyond its ends what is not there.
    const place = Math.min(Math.max(value, 0), 1) * LIGHT_STEPS;
    const step = Math.min(Math.floor(place), LIGHT_STEPS - 1);
    const low = ENCODED[step]!;
    rgb[i] = low + (place - step) * (ENCODED[step + 1]! - low);
  }
}

/** Linear light of L*, a, b into `rgb`, beyond 0..1 where sRGB ends. */
function light(lightness: number, a: number, b: number): void {
  const fy = (lightness + 16) / 116;
  const x = 0.950456 * cube(fy + a / 500);
  const y = cube(fy);
  const z = 1.088754 * cube(fy - b / 200);
  rgb[0] = 3.240479 * x - 1.53715 * y - 0.498535 * z;
  rgb[1] = -0.969256 * x + 1.875991 * y + 0.041556 * z;
  rgb[2] = 0.055648 * x - 0.204043 * y + 1.057311 * z;
}

function cube(f: number): number {
  return f > 6 / 29 ? f * f * f : (f - 16 / 116) / 7.787;
}

// How much chroma fits, by lightness and hue: the server's table, worked out where it is needed.
const L_STEPS = 4;
const HUES = 720;
const MAX_CHROMA = 140;
const SLACK = 1e-4;
const fits = new Float32Array((100 * L_STEPS + 1) * HUES).fill(-1);

function room(lightness: number, a: number, b: number): number {
  const row = Math.floor(lightness * L_STEPS);
  const column = Math.floor((Math.atan2(b, a) * HUES) / (2 * Math.PI));
  const below = Math.min(row + 1, 100 * L_STEPS);
  return Math.min(
    fit(row, column),
    fit(row, column + 1),
    fit(below, column),
    fit(below, column + 1),
  );
}

function fit(row: number, column: number): number {
  const hue = (column + 2 * HUES) % HUES;
  const at = row * HUES + hue;
  if (fits[at]! >= 0) return fits[at]!;
  const angle = (hue * 2 * Math.PI) / HUES;
  let low = 0;
  let high = MAX_CHROMA;
  for (let i = 0; i < 14; i += 1) {
    const middle = (low + high) / 2;
    light(row / L_STEPS, middle * Math.cos(angle), middle * Math.sin(angle));
    if (within(-SLACK, 1 + SLACK)) low = middle;
    else high = middle;
  }
  fits[at] = low;
  return low;
}
