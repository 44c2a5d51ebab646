import { type Maps, mapsOf, paint } from "./blend";
import type { PhotoStage } from "./photo-stage";
import { canvasIsTrue, pixelsOf } from "./pixels";
import { message, percent } from "./messages";

const VARIANT_SIDE = 192;

/**
 * `<photo-colors>`: the variants as small pictures and how vivid the colors are, shown at once.
 *
 * The field that is named `vividness` belongs to the download's form: what is seen is what comes.
 */
export class PhotoColors extends HTMLElement {
  #field: HTMLInputElement | HTMLSelectElement | null = null;
  #gray: ImageData | undefined;
  #maps: Maps | undefined;
  #awaited = 0;

  connectedCallback(): void {
    this.#field = this.querySelector("[name=vividness]");
    if (!this.#field || !canvasIsTrue()) return;
    this.#field.addEventListener("input", () => this.#changed());
    for (const button of this.querySelectorAll<HTMLButtonElement>(".variant")) {
      button.addEventListener("click", () => this.#choose(button));
    }
    void this.#load();
  }

  async #load(): Promise<void> {
    const { maps = "", gray = "", graySmall = "" } = this.dataset;
    try {
      const [small, colors] = await Promise.all([
        pixelsOf(graySmall, VARIANT_SIDE),
        pixelsOf(maps),
      ]);
      this.#maps = mapsOf(colors);
      for (const button of this.querySelectorAll<HTMLButtonElement>(".variant")) {
        const canvas = button.querySelector("canvas")!;
        this.#draw(canvas, small, Number(button.value));
      }
      this.toggleAttribute("data-live", true);
      this.#mark();
      // The larger picture when somebody is about to need it.
      const load = () => void this.#loadGray(gray);
      this.addEventListener("pointerover", load, { once: true });
      this.addEventListener("focusin", load, { once: true });
    } catch {
      // Without these pictures there is still the download with its own choice.
    }
  }

  async #loadGray(address: string): Promise<void> {
    this.#gray ??= await pixelsOf(address).catch(() => undefined);
    if (this.#isOther) this.#changed();
  }

  #choose(button: HTMLButtonElement): void {
    this.#field!.value = button.value;
    this.#changed();
  }

  get #vividness(): number {
    return Number(this.#field!.value);
  }

  /** Whether the choice differs from the result. */
  get #isOther(): boolean {
    return Math.abs(this.#vividness - Number(this.dataset["own"])) > 0.004;
  }

  #changed(): void {
    this.#mark();
    // Painting takes longer than the slider's events come.
    this.#awaited ||= requestAnimationFrame(() => {
      this.#awaited = 0;
      this.#show();
    });
  }

  #show(): void {
    const stage = this.closest("main")?.querySelector<PhotoStage>("photo-stage");
    const other = this.#isOther;
    if (!stage || !this.#maps || (other && !this.#gray)) return;
    if (other) this.#draw(stage.blended(), this.#gray!, this.#vividness);
    stage.showBlended(other);
    const detail = other ? this.#vividness : null;
    this.dispatchEvent(new CustomEvent("vividness", { bubbles: true, detail }));
  }

  #draw(canvas: HTMLCanvasElement, gray: ImageData, vividness: number): void {
    if (canvas.width !== gray.width || canvas.height !== gray.height) {
      canvas.width = gray.width;
      canvas.height = gray.height;
    }
    const context = canvas.getContext("2d")!;
    const picture = context.createImageData(gray.width, gray.height);
    paint(gray, this.#maps!, vividness, picture);
    context.putImageData(picture, 0, 0);
  }

  #mark(): void {
    const vividness = this.#vividness;
    for (const button of this.querySelectorAll<HTMLButtonElement>(".variant")) {
      const chosen = Math.abs(Number(button.value) - vividness) < 0.004;
      button.setAttribute("aria-pressed", String(chosen));
    }
    const words = message("vividness", { percent: percent(vividness) });
    this.#field!.setAttribute("aria-valuetext", words);
    const figure = this.querySelector("label span");
    if (figure) figure.textContent = percent(vividness);
  }
}
