import { type Maps, type Tones, mapsOf, paint } from "./blend";
import { type Look, LookSaver } from "./look-saver";
import type { PhotoStage } from "./photo-stage";
import { canvasIsTrue, pixelsOf } from "./pixels";
import { message, percent } from "./messages";

const VARIANT_SIDE = 192;
const SAME = 0.004; // looks count in hundredths

/**
 * `<photo-colors>`: the variants as small pictures, how vivid the colors are and how far faded tones
 * are restored, shown at once. What an owner sets stays; what others choose is for their download.
 */
export class PhotoColors extends HTMLElement {
  #field: HTMLInputElement | HTMLSelectElement | null = null;
  #tones: HTMLInputElement | null = null;
  #gray: ImageData | undefined;
  #small: ImageData | undefined;
  #maps: Maps | undefined;
  #mended: Maps | undefined;
  #isHeld = false;
  #saver: LookSaver | undefined;
  #awaited = 0;
  /** When the looks can be chosen. */
  ready: Promise<void> | undefined;

  connectedCallback(): void {
    this.#field = this.querySelector("[name=vividness]");
    this.#tones = this.querySelector("[name=tones]");
    if (!this.#field || !canvasIsTrue()) return;
    for (const field of [this.#field, this.#tones]) {
      field?.addEventListener("input", () => this.#changed());
    }
    for (const button of this.#variants) {
      button.addEventListener("click", () => this.#set(this.#field!, button.value));
    }
    this.querySelector(".restore")?.addEventListener("click", () => {
      this.#set(this.#tones!, this.#look.tones > SAME ? "0" : "1");
    });
    const { save, revision } = this.dataset;
    if (save) {
      this.#saver = new LookSaver(save, Number(revision), (words) => {
        this.querySelector(".look-state")!.textContent = words;
      });
    }
    this.ready = this.#load();
  }

  /** The color maps that are shown now. */
  get maps(): Maps | undefined {
    return this.#isHeld ? this.#maps : (this.#mended ?? this.#maps);
  }

  /** Show the version's own colors, in the look that is set, while `held`. */
  holdBefore(held: boolean): void {
    if (held === this.#isHeld) return;
    this.#isHeld = held;
    this.#show();
  }

  /** Show other colors than the version's own; null: those again. One picture fades to the other. */
  async showMaps(maps: Maps | null): Promise<void> {
    if (!maps && !this.#mended) return;
    this.#gray ??= await pixelsOf(this.dataset["gray"]!).catch(() => undefined);
    const stage = this.closest("main")?.querySelector<PhotoStage>("photo-stage");
    stage?.fade();
    this.#mended = maps ?? undefined;
    this.#show();
  }

  async #load(): Promise<void> {
    const { maps = "", gray = "", graySmall = "" } = this.dataset;
    try {
      const [small, colors] = await Promise.all([
        pixelsOf(graySmall, VARIANT_SIDE),
        pixelsOf(maps),
      ]);
      this.#maps = mapsOf(colors);
      this.#small = small;
      for (const variant of this.#variants) {
        await new Promise((resolve) => setTimeout(resolve)); // a press in between is answered
        this.#drawVariant(variant);
      }
      this.toggleAttribute("data-live", true);
      this.#mark();
      // The larger picture when somebody is about to need it.
      const load = () => void this.#loadGray(gray);
      if (this.#isOther) load();
      this.addEventListener("pointerover", load, { once: true });
      this.addEventListener("focusin", load, { once: true });
    } catch {
      // Without these pictures there is still the download with its own choice.
    }
  }

  async #loadGray(address: string): Promise<void> {
    this.#gray ??= await pixelsOf(address).catch(() => undefined);
    if (this.#isOther) this.#draw();
  }

  #set(field: HTMLInputElement | HTMLSelectElement, value: string): void {
    field.value = value;
    this.#changed();
  }

  get #look(): Look {
    const tones = this.#tones ? this.#tones.value : this.dataset["tones"];
    return { vividness: Number(this.#field!.value), tones: Number(tones) };
  }

  /** Whether the picture that the page came with shows another look. */
  get #isOther(): boolean {
    return this.maps !== this.#maps || !("previewed" in this.dataset) || !this.#isAsCame;
  }

  get #isAsCame(): boolean {
    const { vividness, tones } = this.#look;
    const came = [Number(this.dataset["vividness"]), Number(this.dataset["tones"])];
    return Math.abs(vividness - came[0]!) < SAME && Math.abs(tones - came[1]!) < SAME;
  }

  #changed(): void {
    this.#mark();
    this.#draw();
    this.#saver?.keep(this.#look);
  }

  #draw(): void {
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
    if (other) this.#paint(stage.blended(), this.#gray!, this.#look.vividness);
    stage.showBlended(other);
    if (this.#tones) this.#variants.forEach((variant) => this.#drawVariant(variant));
    const detail = this.#isAsCame ? null : this.#look;
    this.dispatchEvent(new CustomEvent("look", { bubbles: true, detail }));
  }

  get #variants(): NodeListOf<HTMLButtonElement> {
    return this.querySelectorAll(".variant");
  }

  #drawVariant(button: HTMLButtonElement): void {
    this.#paint(button.querySelector("canvas")!, this.#small!, Number(button.value));
  }

  #paint(canvas: HTMLCanvasElement, gray: ImageData, vividness: number): void {
    if (canvas.width !== gray.width || canvas.height !== gray.height) {
      canvas.width = gray.width;
      canvas.height = gray.height;
    }
    const context = canvas.getContext("2d")!;
    const picture = context.createImageData(gray.width, gray.height);
    paint(gray, this.maps!, vividness, picture, this.#restored);
    context.putImageData(picture, 0, 0);
  }

  get #restored(): Tones {
    const { low = "", high = "" } = this.dataset;
    if (!low || !high) return { strength: 0, low: 0, high: 100 }; // not measured yet
    return { strength: this.#look.tones, low: Number(low), high: Number(high) };
  }

  #mark(): void {
    const { vividness, tones } = this.#look;
    for (const button of this.#variants) {
      const chosen = Math.abs(Number(button.value) - vividness) < SAME;
      button.setAttribute("aria-pressed", String(chosen));
    }
    const words = message("vividness", { percent: percent(vividness) });
    this.#field!.setAttribute("aria-valuetext", words);
    this.querySelector(".restore")?.setAttribute("aria-pressed", String(tones > SAME));
    this.#tones?.setAttribute("aria-valuetext", percent(tones));
    const figure = this.querySelector("label[for=vividness] span");
    if (figure) figure.textContent = percent(vividness);
  }
}
