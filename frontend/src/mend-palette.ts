/** The small palette that opens where somebody points: colors that fit, and any other. */
import { abOf, nameOf } from "./lab";
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
  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly acts: Acts,
  ) {
    this.#on(".palette-none", () => acts.choose(0, 0));
    this.#on(".palette-pick", () => acts.pick());
    this.#on(".palette-remove", () => acts.remove());
    this.#on(".palette-close", () => this.close());
    const any = dialog.querySelector<HTMLInputElement>("[type=color]")!;
    any.addEventListener("change", () => acts.choose(...abOf(any.value)));
    dialog.addEventListener("close", () => acts.closed());
    // A press beside the palette ends it.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) this.close();
    });
  }

  /**
   * For a point that is there, or for a new one, beside where it is on the screen.
   */
  open(isThere: boolean, used: readonly (readonly [number, number])[], [x, y]: Place): void {
    this.#part(".palette-remove").hidden = !isThere;
    this.suggest([]);
    this.#fill(".palette-used", used.map(([a, b]) => ({ a, b, hex: previewOf(a, b) })));
    if (!this.dialog.open) this.dialog.showModal();
    const left = x > innerWidth / 2 ? x - ASIDE - this.dialog.offsetWidth : x + ASIDE;
    this.dialog.style.setProperty("--x", `${left}px`);
    this.dialog.style.setProperty("--y", `${y}px`);
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

  #on(selector: string, act: () => void): void {
    this.#part(selector).addEventListener("click", act);
  }

  #part(selector: string): HTMLElement {
    return this.dialog.querySelector<HTMLElement>(selector)!;
  }
}

/** A color of a and b at a middling lightness, for a swatch. */
function previewOf(a: number, b: number): string {
  return `lab(60 ${a} ${b})`;
}
