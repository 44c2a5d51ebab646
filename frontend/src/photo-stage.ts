import type { Look } from "./look-saver";
import { prefersStill } from "./motion";
import { awaitFile } from "./rendition";
import { message, percent } from "./messages";

/**
 * `<photo-stage>`: a picture, or two of them: under a before/after slider or side by side, whole or
 * pixel by pixel.
 *
 * The slider is a range input laid over the pictures; here its value becomes the custom
 * property `--cut`, where the colored picture begins, and `--split`, where the line stands.
 * Side by side at 100 %, both pictures lie on one canvas that scrolls, half a view apart, and each
 * is cut off in the middle of the view: they cannot but move together.
 */
export class PhotoStage extends HTMLElement {
  #split: HTMLInputElement | null = null;
  #zoom: HTMLButtonElement | null = null;
  #side: HTMLButtonElement | null = null;
  /** What is wished for, and what the picture below the canvas shows; null: as the result. */
  #look: Look | null = null;
  #shown: Look | null = null;

  connectedCallback(): void {
    this.#split = this.querySelector(".split");
    this.#zoom = this.querySelector(".zoom");
    this.#side = this.querySelector(".side");
    this.#split?.addEventListener("input", () => {
      this.removeAttribute("data-arriving");
      this.removeAttribute("data-settling");
      this.#place();
    });
    this.#zoom?.addEventListener("click", () => void this.#toggleZoom());
    this.#side?.addEventListener("click", () => this.#toggleSide());
    this.#holdWith(this.querySelector<HTMLButtonElement>(".hold"));
    this.closest("main")?.addEventListener("look", (event) => {
      this.#look = (event as CustomEvent<Look | null>).detail;
      this.#forget();
      if (this.#isZoomed) void this.#loadFull();
    });
    const view = this.#part(".view");
    view.addEventListener("scroll", () => this.#place(), { passive: true });
    view.addEventListener("pointerdown", (event) => this.#pan(event));
    new ResizeObserver(() => this.#place()).observe(this);
    this.#place();
  }

  /** The canvas over the colored picture, for colors that are no file yet. */
  blended(): HTMLCanvasElement {
    const there = this.querySelector<HTMLCanvasElement>(".after canvas");
    if (there) return there;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true"); // the picture below has the words
    this.#part(".after img").after(canvas);
    return canvas;
  }

  /** Let what the canvas shows now give way to what is painted next. */
  fade(): void {
    const canvas = this.querySelector<HTMLCanvasElement>(".after canvas");
    if (!canvas || !this.hasAttribute("data-blended") || prefersStill()) return;
    const before = canvas.cloneNode() as HTMLCanvasElement;
    before.getContext("2d")!.drawImage(canvas, 0, 0);
    before.classList.add("fading");
    canvas.after(before);
    before.animate({ opacity: [1, 0] }, { duration: 300 }).onfinish = () => before.remove();
  }

  showBlended(shown: boolean): void {
    this.toggleAttribute("data-blended", shown);
  }

  /** Color spreads over the gray picture, then the line comes in from the side. */
  arrive(): void {
    const after = this.querySelector(".after");
    if (!after || this.#isSide || prefersStill()) return;
    this.toggleAttribute("data-arriving", true);
    after.addEventListener("animationend", () => {
      this.toggleAttribute("data-settling", true);
      this.removeAttribute("data-arriving");
    });
    this.#part(".divider").addEventListener("transitionend", () => {
      this.removeAttribute("data-settling");
    });
  }

  get #isZoomed(): boolean {
    return this.hasAttribute("data-zoomed");
  }

  get #isSide(): boolean {
    return this.hasAttribute("data-side");
  }

  #place(): void {
    const canvas = this.#part(".canvas");
    if (this.#zoom && !this.#isSide) {
      // Nothing to magnify where the picture is shown at its size already.
      this.#zoom.hidden = !this.#isZoomed && Number(this.dataset["width"]) <= canvas.clientWidth + 1;
    }
    if (!this.#split) return;
    const share = this.#split.valueAsNumber / 100;
    const frame = this.#part(".frame").getBoundingClientRect();
    const start = frame.left - canvas.getBoundingClientRect().left;
    const cut = start + frame.width * (this.#isSide ? 0.5 : share);
    this.style.setProperty("--half", `${frame.width / 2}px`);
    this.style.setProperty("--split", `${share * 100}%`);
    this.style.setProperty("--cut", this.#isZoomed ? `${cut}px` : `${share * 100}%`);
    this.#split.setAttribute("aria-valuetext", message("split", { percent: percent(1 - share) }));
  }

  #toggleSide(): void {
    const side = this.toggleAttribute("data-side");
    this.#side!.setAttribute("aria-pressed", String(side));
    this.#place();
  }

  /** Pressed, by pointer or key, the button shows what was; let go, what is. */
  #holdWith(button: HTMLButtonElement | null): void {
    const hold = (held: boolean) => {
      this.toggleAttribute("data-held", held);
      button?.setAttribute("aria-pressed", String(held));
    };
    button?.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      hold(true);
    });
    button?.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      hold(true);
    });
    for (const end of ["lostpointercapture", "keyup", "blur"] as const) {
      button?.addEventListener(end, () => hold(false));
    }
    button?.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  async #toggleZoom(): Promise<void> {
    const zoomed = this.toggleAttribute("data-zoomed");
    this.#zoom?.setAttribute("aria-pressed", String(zoomed));
    const view = this.#part(".view");
    view.tabIndex = zoomed ? 0 : -1;
    if (zoomed) {
      this.style.setProperty("--width", `${this.dataset["width"]}px`);
      this.style.setProperty("--height", `${this.dataset["height"]}px`);
      this.#place();
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
    const status = this.#part(".zoom-status");
    const look = this.#look;
    status.textContent = message("loadingFull");
    try {
      const after = await this.#fullSize();
      await Promise.all([
        this.#load(".before img", this.dataset["fullGray"]),
        this.#load(".after img", after),
      ]);
      if (look !== this.#look) return;
      this.#shown = look;
      this.showBlended(false);
      status.textContent = "";
    } catch {
      status.textContent = message("fullFailed");
    }
  }

  /** No full-size picture of another look may stay behind. */
  #forget(): void {
    if (this.#shown === null) return;
    this.#shown = null;
    this.#part<HTMLImageElement>(".after img").src = this.dataset["preview"]!;
  }

  /** Where the colored picture is in full, made first if it is to have another look. */
  async #fullSize(): Promise<string | undefined> {
    const { full, download } = this.dataset;
    if (this.#look === null) return full;
    const { vividness, tones } = this.#look;
    const options = { format: "jpeg", vividness: String(vividness), tones: String(tones) };
    return awaitFile(`${download}?${new URLSearchParams(options)}`, () => undefined);
  }

  async #load(selector: string, given: string | undefined): Promise<void> {
    const image = this.#part<HTMLImageElement>(selector);
    // A look that is no file yet has an address that waits for it.
    const address = given?.includes("/download/") ? await awaitFile(given, () => undefined) : given;
    if (!address || image.src === new URL(address, location.href).href) return;
    const loaded = new Image();
    loaded.src = address;
    await loaded.decode();
    image.src = address;
  }

  /** Fingers and keys scroll by themselves; a mouse drags. */
  #pan(down: PointerEvent): void {
    if (!this.#isZoomed || down.pointerType !== "mouse" || down.button !== 0) {
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
