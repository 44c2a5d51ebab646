/** The small palette that opens where somebody points: colors that fit, and any other. */
import { rgbOfLab } from "./blend";
import { hexOf, labOf, nameOf } from "./lab";
import { message } from "./messages";
import type { Place } from "./places";

export interface SuggestedColor {
  readonly a: number;
  readonly b: number;
  readonly hex: string;
}

interface Acts {
  choose(a: number, b: number): void;
  pick(): void;
  remove(): void;
  closed(): void;
}

const ASIDE = 32; // pixels between the point and the palette

export class MendPalette {
  readonly #any: HTMLInputElement;
  /** L* of the place. */
  #light = 0;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly acts: Acts,
  ) {
    this.#on(".palette-none", () => acts.choose(0, 0));
    this.#on(".palette-pick", () => acts.pick());
    this.#on(".palette-remove", () => acts.remove());
    this.#on(".palette-close", () => this.close());
    this.#any = dialog.querySelector<HTMLInputElement>("[type=color]")!;
    this.#any.addEventListener("change", () => {
      const [, a, b] = labOf(this.#any.value);
      acts.choose(a, b);
      this.#any.value = this.#hexOf(a, b);
    });
    dialog.addEventListener("close", () => acts.closed());
    // A press beside the palette ends it.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) this.close();
    });
  }

  /**
   * For a point that is there, or for a new one, beside where it is on the screen. `now` is what is
   * seen there; all colors are offered at that lightness.
   */
  open(
    isThere: boolean,
    used: readonly (readonly [number, number])[],
    now: string,
    [x, y]: Place,
  ): void {
    this.#part(".palette-remove").hidden = !isThere;
    this.#any.value = now;
    this.#light = labOf(now)[0];
    this.suggest([]);
    const seen = used.map(([a, b]) => ({ a, b, hex: this.#hexOf(a, b) }));
    this.#fill(".palette-used", seen);
    if (!this.dialog.open) this.dialog.showModal();
    const left = x > innerWidth / 2 ? x - ASIDE - this.dialog.offsetWidth : x + ASIDE;
    this.dialog.style.setProperty("--x", `${left}px`);
    this.dialog.style.setProperty("--y", `${y}px`);
  }

  get isOpen(): boolean {
    return this.dialog.open;
  }

  suggest(colors: readonly SuggestedColor[]): void {
    this.#fill(".palette-suggested", colors);
  }

  close(): void {
    this.dialog.close();
  }

  #fill(selector: string, colors: readonly SuggestedColor[]): void {
    const group = this.#part(selector);
    group.parentElement!.hidden = colors.length === 0;
    group.replaceChildren(
      ...colors.map(({ a, b, hex }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "swatch";
        button.style.setProperty("--swatch", hex);
        const name = `color${nameOf(a, b).replace(/^\w/, (c) => c.toUpperCase())}`;
        button.setAttribute("aria-label", `${message(name)} ${hex}`);
        button.addEventListener("click", () => this.acts.choose(a, b));
        return button;
      }),
    );
  }

  /** What a color is at the place, which keeps its lightness. */
  #hexOf(a: number, b: number): string {
    return hexOf(...rgbOfLab(this.#light, a, b));
  }

  #on(selector: string, act: () => void): void {
    this.#part(selector).addEventListener("click", act);
  }

  #part(selector: string): HTMLElement {
    return this.dialog.querySelector<HTMLElement>(selector)!;
  }
}
