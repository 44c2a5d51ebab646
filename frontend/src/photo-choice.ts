import { message } from "./messages";

/**
 * `<photo-choice>`: photos chosen by their boxes. Shift chooses all between two of them, one
 * box all of the page; what needs a choice can be used once there is one.
 */
export class PhotoChoice extends HTMLElement {
  #last: HTMLInputElement | undefined;

  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const box = event.target;
      if (box instanceof HTMLInputElement && box.matches(".choose")) this.#choose(box, event);
    });
    this.#all.addEventListener("change", () => {
      for (const box of this.#boxes) box.checked = this.#all.checked;
      this.#update();
    });
    this.#update();
  }

  #choose(box: HTMLInputElement, event: MouseEvent): void {
    const boxes = this.#boxes;
    const last = this.#last ? boxes.indexOf(this.#last) : -1;
    if (event.shiftKey && last >= 0) {
      const here = boxes.indexOf(box);
      for (const between of boxes.slice(Math.min(last, here), Math.max(last, here) + 1)) {
        between.checked = box.checked;
      }
    }
    this.#last = box;
    this.#update();
  }

  #update(): void {
    const boxes = this.#boxes;
    const count = boxes.filter((box) => box.checked).length;
    this.#all.checked = count > 0 && count === boxes.length;
    this.#all.indeterminate = count > 0 && count < boxes.length;
    for (const button of this.querySelectorAll<HTMLButtonElement>(".needs-choice")) {
      button.disabled = count === 0;
    }
    this.querySelector(".choice-count")!.textContent =
      count > 0 ? message("chosen", { count: String(count) }) : "";
  }

  get #boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>(".choose")];
  }

  get #all(): HTMLInputElement {
    return this.querySelector<HTMLInputElement>(".choose-all input")!;
  }
}
