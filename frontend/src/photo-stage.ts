import { prefersStill } from "./motion";
import { percent, say } from "./words";

/**
 * `<photo-stage>`: a picture, or two of them under a before/after slider.
 *
 * The slider is a range input laid over the pictures; here its value becomes the custom
 * property `--cut`, where the coloured picture begins, and `--split`, where the line stands.
 */
export class PhotoStage extends HTMLElement {
  #split: HTMLInputElement | null = null;
  #zoom: HTMLButtonElement | null = null;

  connectedCallback(): void {
    this.#split = this.querySelector(".split");
    this.#zoom = this.querySelector(".zoom");
    this.#split?.addEventListener("input", () => {
      this.removeAttribute("data-arriving");
      this.removeAttribute("data-settling");
      this.#place();
    });
    this.#zoom?.addEventListener("click", () => void this.#toggleZoom());
    const view = this.#part(".view");
    view.addEventListener("scroll", () => this.#place(), { passive: true });
    view.addEventListener("pointerdown", (event) => this.#pan(event));
    new ResizeObserver(() => this.#place()).observe(this);
    this.#place();
  }

  /** Colour spreads over the grey picture, then the line comes in from the side. */
  arrive(): void {
    const after = this.querySelector(".after");
    if (!after || prefersStill()) return;
    this.toggleAttribute("data-arriving", true);
    after.addEventListener("animationend", () => {
      this.toggleAttribute("data-settling", true);
      this.removeAttribute("data-arriving");
    });
    this.#part(".divider").addEventListener("transitionend", () => {
      this.removeAttribute("data-settling");
    });
  }

  #place(): void {
    const zoomed = this.hasAttribute("data-zoomed");
    const canvas = this.#part(".canvas");
    if (this.#zoom) {
      // Nothing to magnify where the picture is shown at its size already.
      this.#zoom.hidden = !zoomed && Number(this.dataset["width"]) <= canvas.clientWidth + 1;
    }
    if (!this.#split) return;
    const share = this.#split.valueAsNumber / 100;
    const frame = this.#part(".frame").getBoundingClientRect();
    const cut = frame.left + frame.width * share - canvas.getBoundingClientRect().left;
    this.style.setProperty("--split", `${share * 100}%`);
    this.style.setProperty("--cut", zoomed ? `${cut}px` : `${share * 100}%`);
    this.#split.setAttribute("aria-valuetext", say("split", { percent: percent(1 - share) }));
  }

  async #toggleZoom(): Promise<void> {
    const zoomed = this.toggleAttribute("data-zoomed");
    this.#zoom?.setAttribute("aria-pressed", String(zoomed));
    const view = this.#part(".view");
    view.tabIndex = zoomed ? 0 : -1;
    if (zoomed) {
      this.style.setProperty("--width", `${this.dataset["width"]}px`);
      this.style.setProperty("--height", `${this.dataset["height"]}px`);
      view.scrollTo(
        (view.scrollWidth - view.clientWidth) / 2,
        (view.scrollHeight - view.clientHeight) / 2,
      );
      view.focus({ preventScroll: true });
    }
    this.#place();
    if (zoomed) await this.#loadFull();
  }

  /** Change the previews for the full-size pictures, each when it can be painted. */
  async #loadFull(): Promise<void> {
    const note = this.#part(".zoom-note");
    const { full, fullGrey } = this.dataset;
    const pictures = [
      [".before img", fullGrey],
      [".after img", full],
    ] as const;
    note.textContent = say("loadingFull");
    try {
      await Promise.all(
        pictures.map(async ([selector, address]) => {
          const image = this.#part<HTMLImageElement>(selector);
          if (!address || image.src === new URL(address, location.href).href) return;
          const loaded = new Image();
          loaded.src = address;
          await loaded.decode();
          image.src = address;
        }),
      );
      note.textContent = "";
    } catch {
      note.textContent = say("fullFailed");
    }
  }

  /** Fingers and keys scroll by themselves; a mouse drags. */
  #pan(down: PointerEvent): void {
    if (!this.hasAttribute("data-zoomed") || down.pointerType !== "mouse" || down.button !== 0) {
      return;
    }
    down.preventDefault();
    const view = this.#part(".view");
    view.focus({ preventScroll: true });
    view.setPointerCapture(down.pointerId);
    const { scrollLeft, scrollTop } = view;
    const move = (event: PointerEvent) =>
      view.scrollTo(
        scrollLeft + down.clientX - event.clientX,
        scrollTop + down.clientY - event.clientY,
      );
    view.addEventListener("pointermove", move);
    view.addEventListener(
      "lostpointercapture",
      () => view.removeEventListener("pointermove", move),
      { once: true },
    );
  }

  #part<E extends HTMLElement>(selector: string): E {
    return this.querySelector<E>(selector)!;
  }
}
