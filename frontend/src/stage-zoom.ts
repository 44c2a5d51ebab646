interface At {
  readonly clientX: number;
  readonly clientY: number;
}

const FARTHEST = 4; // times as wide as where the whole picture is seen, or as the photo is
const WHEEL = 400; // pixels of a wheel that make the picture 2.7 times as wide; a trackpad's pinch sends few
const PINCH = 60;

/**
 * The picture of a stage made larger in its view, which scrolls: by wheel, pinch and double click.
 * What is under the pointer stays there.
 */
export class StageZoom {
  #fit = 1; // how wide the whole picture is

  constructor(
    private readonly stage: HTMLElement,
    private readonly view: HTMLElement,
    private readonly onChange: () => void,
  ) {
    const options = { passive: false };
    view.addEventListener(
      "wheel",
      (event) => {
        if (event.deltaY > 0 && !this.isOn) return; // the page scrolls
        event.preventDefault();
        this.#by(Math.exp(-event.deltaY / (event.ctrlKey ? PINCH : WHEEL)), event);
      },
      options,
    );
    let apart = 0;
    for (const name of ["touchstart", "touchmove"] as const) {
      view.addEventListener(
        name,
        (event) => {
          const [one, other] = event.touches;
          const before = apart;
          apart = other ? Math.hypot(one!.clientX - other.clientX, one!.clientY - other.clientY) : 0;
          if (!other) return;
          event.preventDefault();
          const clientX = (one!.clientX + other.clientX) / 2;
          if (before) this.#by(apart / before, { clientX, clientY: (one!.clientY + other.clientY) / 2 });
        },
        options,
      );
    }
    view.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOn) this.to(0);
    });
  }

  get isOn(): boolean {
    return this.stage.hasAttribute("data-zoomed");
  }

  /** How wide the photo is, in its own pixels. */
  get full(): number {
    return Number(this.stage.dataset["width"]);
  }

  get fit(): number {
    if (!this.isOn) this.#fit = this.#picture.clientWidth;
    return this.#fit;
  }

  /** Twice as large or more, or whole again. */
  toggle(at: At): void {
    this.to(this.isOn ? 0 : Math.max(this.full, 2 * this.fit), at);
  }

  /** Make the picture so many pixels wide; the whole of it is the least. */
  to(width: number, at: At = this.#middle): void {
    const { view, stage } = this;
    const before = this.#picture.getBoundingClientRect();
    const wide = Math.min(width, FARTHEST * Math.max(this.fit, this.full));
    const isOn = wide > this.fit + 1;
    stage.toggleAttribute("data-zoomed", isOn);
    view.tabIndex = isOn ? 0 : -1;
    stage.style.setProperty("--width", `${wide}px`);
    stage.style.setProperty("--height", `${(wide * Number(stage.dataset["height"])) / this.full}px`);
    this.onChange();
    const now = this.#picture.getBoundingClientRect();
    const scale = now.width / before.width;
    view.scrollBy(
      now.left + (at.clientX - before.left) * scale - at.clientX,
      now.top + (at.clientY - before.top) * scale - at.clientY,
    );
    this.onChange();
  }

  #by(factor: number, at: At): void {
    this.to(this.#picture.getBoundingClientRect().width * factor, at);
  }

  get #middle(): At {
    const { left, top, width, height } = this.view.getBoundingClientRect();
    return { clientX: left + width / 2, clientY: top + height / 2 };
  }

  get #picture(): HTMLElement {
    return this.stage.querySelector<HTMLElement>(".before img")!;
  }
}
