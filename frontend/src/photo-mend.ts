import { mapsOf } from "./blend";
import { whileHeld } from "./hold";
import { sendJson } from "./json";
import { labOf, nameOf } from "./lab";
import { colorOf, hexAt, mostOf } from "./mend-colors";
import { MendPalette } from "./mend-palette";
import { MendOverlay } from "./mend-overlay";
import { MendPoints, type Point, stepOf } from "./mend-points";
import type { PhotoColors } from "./photo-colors";
import type { PhotoStage } from "./photo-stage";
import { message } from "./messages";
import { pixelsOf } from "./pixels";
import { openTool } from "./tool";
import { type Place, mapped } from "./places";

const RADIUS = 3; // pixels of a frame of 256
const MAX_VIVID = 1.5;
const MAX_POINTS = 64;

/**
 * `<photo-mend>`: colors of a photo put right by pointing at places. A worker answers at once what
 * the colors become; saving makes a version.
 */
export class PhotoMend extends HTMLElement {
  #points!: MendPoints;
  #overlay!: MendOverlay;
  #palette!: MendPalette;
  /** Which point is being colored; -1: a new one at `#place`. */
  #edited = -1;
  #place: Place = [0.5, 0.5];
  #serial = 0;
  #retry = 0;

  connectedCallback(): void {
    const saved = JSON.parse(this.dataset["hints"] ?? "[]") as Point[];
    this.#points = new MendPoints(`points:${this.dataset["version"]}`, saved);
    this.#palette = new MendPalette(this.querySelector("dialog")!, {
      choose: (a, b) => this.#color(a, b),
      pick: () => this.#pick(),
      remove: () => this.#remove(this.#edited),
      closed: () => {
        if (!this.#overlay.isPicking) this.#overlay.focus(this.#edited);
      },
    });
    document.querySelector(".mend-start")!.addEventListener("click", () => this.#start());
    this.#on(".mend-cancel", () => this.#stop());
    this.#on(".mend-undo", () => this.#step(() => this.#points.undo()));
    this.#on(".mend-redo", () => this.#step(() => this.#points.redo()));
    this.#on(".mend-save", () => void this.#save());
    whileHeld(this.querySelector(".mend-hold"), (held) => this.#colors.holdBefore(held));
    if (this.#points.isChanged) this.#start(); // what was not saved before a reload
  }

  #start(): void {
    const canvas = this.#stage.querySelector<HTMLElement>(".canvas")!;
    this.#overlay = new MendOverlay(canvas, {
      place: (place) => this.#open(-1, place),
      edit: (index) => this.#open(index, this.#shownAt(this.#points.now[index]!)),
      move: (index, place) => this.#move(index, place),
      remove: (index) => this.#remove(index),
      look: (place) => this.#say(this.#describe(this.#colorAt(place), place)),
    });
    document.addEventListener("keydown", this.#press);
    openTool("mend", true);
    this.#step(() => undefined);
    this.#overlay.focus();
  }

  #stop(): void {
    clearTimeout(this.#retry);
    this.#points.forget();
    const saved = JSON.parse(this.dataset["hints"] ?? "[]") as Point[];
    this.#points = new MendPoints(`points:${this.dataset["version"]}`, saved);
    this.#overlay.remove();
    document.removeEventListener("keydown", this.#press);
    void this.#colors.showMaps(null);
    openTool("mend", false);
  }

  readonly #press = (event: KeyboardEvent): void => {
    const step = stepOf(event);
    if (!step || this.#palette.isOpen) return;
    event.preventDefault();
    this.#step(() => this.#points[step]());
  };

  #open(index: number, place: Place): void {
    if (index < 0 && this.#points.now.length >= MAX_POINTS) {
      this.#say(message("mendFull"));
      return;
    }
    this.#edited = index;
    this.#place = place;
    const box = this.#stage.querySelector(".canvas")!.getBoundingClientRect();
    const at: Place = [box.left + place[0] * box.width, box.top + place[1] * box.height];
    this.#palette.open(index >= 0, this.#used(), hexAt(this.#picture, place), at);
    void this.#suggest(place);
  }

  /** A color for the place that was pointed at, as it is seen now. */
  #color(a: number, b: number): void {
    const scale = this.#scale;
    const now = [...this.#points.now];
    const [x, y] = this.#edited >= 0 ? at(now[this.#edited]!) : this.#sourceOf(this.#place);
    const point = { x, y, a: limit(a / scale), b: limit(b / scale), radius: RADIUS };
    if (this.#edited >= 0) now[this.#edited] = point;
    else this.#edited = now.push(point) - 1;
    this.#step(() => this.#points.change(now));
  }

  #move(index: number, place: Place): void {
    const [x, y] = this.#sourceOf(place);
    const moved = this.#points.now.map((point, i) => (i === index ? { ...point, x, y } : point));
    this.#step(() => this.#points.change(moved));
  }

  #remove(index: number): void {
    if (index < 0) return;
    this.#step(() => this.#points.change(this.#points.now.filter((_, i) => i !== index)));
    this.#edited = -1;
    this.#palette.close();
  }

  /** The next place that is pointed at gives its color. */
  #pick(): void {
    this.#palette.close();
    this.#say(message("mendPick"));
    this.#overlay.pickOnce((place) => {
      this.#say("");
      if (!place) {
        this.#open(this.#edited, this.#place);
        return;
      }
      const [, a, b] = labOf(hexAt(this.#picture, place));
      this.#color(a, b);
    });
  }

  #step(change: () => void): void {
    change();
    const points = this.#points.now;
    const labels = points.map((point, index) =>
      message("mendPoint", {
        number: String(index + 1),
        what: this.#describe([point.a, point.b], this.#shownAt(point)),
      }),
    );
    this.#overlay.show(points.map((point) => this.#shownAt(point)), labels);
    this.querySelector<HTMLButtonElement>(".mend-undo")!.disabled = !this.#points.canUndo;
    this.querySelector<HTMLButtonElement>(".mend-redo")!.disabled = !this.#points.canRedo;
    this.querySelector<HTMLButtonElement>(".mend-save")!.disabled = !this.#points.isChanged;
    void this.#ask();
  }

  /** What the colors become. Answers that others have overtaken are dropped. */
  async #ask(): Promise<void> {
    clearTimeout(this.#retry);
    this.#serial += 1;
    const serial = this.#serial;
    if (!this.#points.isChanged) {
      await this.#colors.showMaps(null);
      return;
    }
    const answer = await this.#post("preview/", {
      version: this.dataset["version"],
      hints: this.#points.now,
      serial,
    }).catch(() => undefined);
    if (serial !== this.#serial) return;
    if (answer?.ok) {
      const address = URL.createObjectURL(await answer.blob());
      const maps = mapsOf(await pixelsOf(address));
      URL.revokeObjectURL(address);
      if (serial === this.#serial) await this.#colors.showMaps(maps);
      this.#say("");
      return;
    }
    const problem = await answer?.json().catch(() => undefined);
    this.#say(problem?.detail ?? message("mendOffline"));
    if (answer && answer.status < 500 && answer.status !== 429) return;
    const seconds = Number(answer?.headers.get("Retry-After") ?? 3);
    this.#retry = setTimeout(() => void this.#ask(), 1000 * seconds);
  }

  async #suggest(place: Place): Promise<void> {
    const [x, y] = this.#sourceOf(place);
    const hints = this.#points.now.filter((_, index) => index !== this.#edited);
    const question = { version: this.dataset["version"], x, y, hints };
    const answer = await this.#post("suggestions/", question).catch(() => undefined);
    const found = answer?.ok ? await answer.json() : { colors: [] };
    if (place === this.#place) this.#palette.suggest(found.colors);
  }

  async #save(): Promise<void> {
    const { size = "", geometry = "null", model } = this.dataset;
    const recipe = {
      model,
      network_size: size ? Number(size) : null,
      geometry: JSON.parse(geometry),
      hints: this.#points.now,
    };
    const answer = await this.#post("versions/", recipe).catch(() => undefined);
    const found = await answer?.json().catch(() => undefined);
    if (!answer?.ok) {
      this.#say(found?.detail ?? message("mendOffline"));
      return;
    }
    this.#points.forget();
    location.assign(found.urls.page);
  }

  #post(path: string, body: unknown): Promise<Response> {
    return sendJson(this.dataset["photo"] + path, body);
  }

  /** Colors of points that are there, and of large parts of the photo, as they are seen now. */
  #used(): (readonly [number, number])[] {
    const points = this.#points.now.map(({ a, b }) => [a, b] as const);
    const colors = [...points, ...mostOf(this.#colors.maps)].slice(0, 8);
    return colors.map(([a, b]) => [a * this.#scale, b * this.#scale]);
  }

  #describe([a, b]: readonly [number, number], [x, y]: Place): string {
    const color = message(`color-${nameOf(a, b)}`.replace(/-(\w)/g, (_, c) => c.toUpperCase()));
    const side = x < 1 / 3 ? "Left" : x > 2 / 3 ? "Right" : y < 1 / 3 ? "Top" : y > 2 / 3 ? "Bottom" : "Middle";
    return `${color}, ${message(`place${side}`)}`;
  }

  #colorAt([x, y]: Place): readonly [number, number] {
    const maps = this.#colors.maps;
    return maps ? colorOf(maps, x, y) : [0, 0];
  }

  /** What shows the colors as they are now. */
  get #picture(): HTMLCanvasElement | HTMLImageElement {
    const shown = this.#stage.hasAttribute("data-blended") ? ".after canvas" : ".after img";
    return this.#stage.querySelector<HTMLCanvasElement | HTMLImageElement>(shown)!;
  }

  #sourceOf(place: Place): Place {
    return mapped(JSON.parse(this.dataset["toSource"]!), place);
  }

  #shownAt(point: Point): Place {
    return mapped(JSON.parse(this.dataset["fromSource"]!), at(point));
  }

  /** What the look multiplies chroma by. */
  get #scale(): number {
    const field = document.querySelector<HTMLInputElement>("[name=vividness]");
    return 1 + Math.max(0, Number(field?.value ?? 1) - 1) * (MAX_VIVID - 1);
  }

  get #stage(): PhotoStage {
    return document.querySelector<PhotoStage>("photo-stage")!;
  }

  get #colors(): PhotoColors {
    return document.querySelector<PhotoColors>("photo-colors")!;
  }

  #say(words: string): void {
    this.querySelector(".mend-state")!.textContent = words;
  }

  #on(selector: string, act: () => void): void {
    this.querySelector(selector)!.addEventListener("click", act);
  }
}

function at({ x, y }: Point): Place {
  return [x, y];
}

function limit(value: number): number {
  return Math.round(Math.min(Math.max(value, -110), 110) * 100) / 100;
}
