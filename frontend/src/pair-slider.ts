import { message, percent } from "./messages";

/**
 * `<pair-slider>`: a photo before and after, one over the other, with a line between them. Its
 * style sheet moves the line once by itself where `data-moves` asks for it.
 */
export class PairSlider extends HTMLElement {
  connectedCallback(): void {
    const slider = this.querySelector("input")!;
    const show = () => {
      this.style.setProperty("--at", `${slider.value}%`);
      slider.ariaValueText = message("split", { percent: percent(1 - Number(slider.value) / 100) });
    };
    for (const kind of ["input", "focus", "pointerdown"]) {
      slider.addEventListener(kind, () => this.removeAttribute("data-moves"));
    }
    slider.addEventListener("input", show);
    show();
  }
}
