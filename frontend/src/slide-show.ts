import { prefersStill } from "./motion";

/** `<slide-show>`: a row of pictures, one a screen, that goes on by itself while it is played. */
export class SlideShow extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    const press = (name: string, act: () => void) =>
      this.querySelector(name)!.addEventListener("click", act);
    press(".reel-back", () => this.#turn(-1));
    press(".reel-next", () => this.#turn(1));
    press(".reel-play", () => this.#play(this.#timer === 0));
    document.addEventListener("keydown", (event) => {
      if ((event.target as Element).closest("input, select, textarea, dialog")) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") this.#play(false);
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#turn(step);
    });
    this.#reel.addEventListener("scroll", () => this.#show(), { passive: true });
    this.#show();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  #play(isPlaying: boolean): void {
    clearInterval(this.#timer);
    const seconds = Number(this.dataset["seconds"]);
    this.#timer = isPlaying ? window.setInterval(() => this.#turn(1, true), seconds * 1000) : 0;
    this.querySelector(".reel-play")!.setAttribute("aria-pressed", String(isPlaying));
  }

  /** To another picture; at the end from the start again only while it is played. */
  #turn(step: number, around = false): void {
    const count = this.#reel.children.length;
    const wanted = around ? (this.#place + step) % count : this.#place + step;
    const place = Math.min(Math.max(wanted, 0), count - 1);
    const behavior = prefersStill() || Math.abs(place - this.#place) > 1 ? "instant" : "smooth";
    this.#reel.scrollTo({ left: place * this.#reel.clientWidth, behavior });
  }

  #show(): void {
    const count = this.#reel.children.length;
    this.querySelector(".reel-count")!.textContent = `${this.#place + 1} / ${count}`;
  }

  get #place(): number {
    return Math.round(this.#reel.scrollLeft / Math.max(this.#reel.clientWidth, 1));
  }

  get #reel(): HTMLElement {
    return this.querySelector<HTMLElement>(".reel")!;
  }
}
