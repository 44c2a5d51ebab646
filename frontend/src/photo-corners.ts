import { sendJson } from "./json";
import { message } from "./messages";
import { openTool } from "./tool";
import { type Place, mapped, onDrag, put, stepped } from "./places";

const START = 0.06; // how far from the edges the corners begin
const NAMES = ["cornerFirst", "cornerSecond", "cornerThird", "cornerFourth"] as const;

/**
 * `<photo-corners>`: four corners over the picture, to straighten it, crop it and undo its
 * perspective. What they enclose becomes a version; the photo as it came is kept.
 */
export class PhotoCorners extends HTMLElement {
  #corners: Place[] = [];
  #layer: HTMLElement | undefined;

  connectedCallback(): void {
    document.querySelector(".corners-start")!.addEventListener("click", () => this.#start());
    this.#on(".corners-cancel", () => this.#stop());
    this.#on(".corners-save", () => void this.#save());
  }

  #start(): void {
    const end = 1 - START;
    const { corners } = this.dataset; // of the print, where one was found
    this.#corners = corners
      ? JSON.parse(corners)
      : [[START, START], [end, START], [end, end], [START, end]];
    this.#layer = document.createElement("div");
    this.#layer.className = "corners-layer";
    const shade = document.createElement("div");
    shade.className = "corners-shade";
    this.#layer.append(shade, ...NAMES.map((name, index) => this.#handle(name, index)));
    this.#stage.querySelector(".canvas")!.append(this.#layer);
    openTool("corners", true);
    this.#place();
    this.#layer.querySelector("button")!.focus({ preventScroll: true });
  }

  #stop(): void {
    this.#layer?.remove();
    openTool("corners", false);
  }

  #handle(name: string, index: number): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "corner";
    button.setAttribute("aria-label", message(name));
    button.addEventListener("keydown", (event) => {
      const next = stepped(event, this.#corners[index]!);
      if (next) this.#move(index, next);
    });
    onDrag(button, this.#layer!, (place) => this.#move(index, place));
    return button;
  }

  #move(index: number, place: Place): void {
    this.#corners[index] = place;
    this.#place();
  }

  #place(): void {
    const percent = ([x, y]: Place) => `${100 * x}% ${100 * y}%`;
    const around = [...this.#corners, this.#corners[0]!];
    this.#layer!.style.setProperty("--corners", around.map(percent).join(", "));
    for (const [index, button] of this.#layer!.querySelectorAll<HTMLElement>(".corner").entries()) {
      put(button, this.#corners[index]!);
    }
  }

  async #save(): Promise<void> {
    const { photo = "", model, size = "", hints = "[]", turn = "0", toSource = "" } = this.dataset;
    const matrix = JSON.parse(toSource) as number[];
    const corners = this.#corners.map((corner) => mapped(matrix, corner));
    // Before the turn, the upper left corner is another one.
    const first = Number(turn) / 90;
    const before = corners.map((_, index) => corners[(index + first) % 4]);
    const recipe = {
      model,
      network_size: size ? Number(size) : null,
      hints: JSON.parse(hints),
      geometry: { turn: Number(turn), corners: before },
    };
    const answer = await sendJson(`${photo}versions/`, recipe).catch(() => undefined);
    const found = await answer?.json().catch(() => undefined);
    if (answer?.ok) location.assign(found.urls.page);
    else this.querySelector(".corners-state")!.textContent = found?.detail ?? message("cornersOffline");
  }

  get #stage(): HTMLElement {
    return document.querySelector<HTMLElement>("photo-stage")!;
  }

  #on(selector: string, act: () => void): void {
    this.querySelector(selector)!.addEventListener("click", act);
  }
}
