import { whileHeld } from "./hold";
import type { Look } from "./look-saver";
import { prefersStill } from "./motion";
import { awaitFile } from "./rendition";
import { StageZoom } from "./stage-zoom";
import { message, percent } from "./messages";

/** Show the gray picture in the size of the one in color, from now on. */
export function showLarge(stage: HTMLElement): void {
  const small = stage.querySelector<HTMLImageElement>("img[data-large]");
  if (!small) return;
  small.src = small.dataset["large"]!;
  delete small.dataset["large"];
}

/**
 * `<photo-stage>`: a picture, or two of them: under a before/after slider or side by side, whole or
 * magnified.
 *
 * The slider is a range input for the keyboard; a pointer moves the line where it is. The value
 * becomes the custom property `--cut`, where the colored picture begins, and `--split`, where the
 * line stands. Side by side and magnified, both pictures lie on one canvas that scrolls, half a view
 * apart, and each is cut off in the middle of the view: they cannot but move together.
 */
export class PhotoStage extends HTMLElement {
  #split: HTMLInputElement | null = null;
  #zoom!: StageZoom;
  /** What is wished for, and what the picture below the canvas shows; null: as the result. */
  #look: Look | null = null;
  #shown: Look | null = null;
  /** The look whose full-size pictures are asked for while the picture is magnified. */
  #loaded: Look | null | undefined;

  connectedCallback(): void {
    const view = this.#part(".view");
    this.#split = this.querySelector(".split");
    this.#zoom = new StageZoom(this, view, () => this.#place());
    this.#split?.addEventListener("input", () => this.#place());
    this.#on(".zoom", () => {
      this.#zoom.to(this.#zoom.isOn ? 0 : this.#zoom.full);
      view.focus({ preventScroll: true });
    });
    this.#on(".side", () => {
      this.#zoom.to(0);
      this.toggleAttribute("data-side");
      this.#place();
    });
    this.#on(".full", () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else void this.requestFullscreen();
    });
    whileHeld(this.querySelector(".hold"), (held) => this.toggleAttribute("data-held", held));
    this.closest("main")?.addEventListener("look", (event) => {
      this.#look = (event as CustomEvent<Look | null>).detail;
      this.#forget();
      if (this.#zoom.isOn) void this.loadFull();
    });
    this.#point(view);
    const { width, height } = this.dataset;
    this.style.setProperty("--ratio", String(Number(width) / Number(height)));
    new ResizeObserver(() => this.#place()).observe(this);
    void this.querySelector<HTMLImageElement>(".after img")
      ?.decode()
      .catch(() => undefined)
      .then(() => showLarge(this));
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

  /** Color spreads over the gray picture, then the line comes in from the side; any press ends it. */
  arrive(): void {
    const after = this.querySelector(".after");
    if (!after || this.#isSide || prefersStill()) return;
    const step = (arriving: boolean, moving: boolean) => {
      this.toggleAttribute("data-arriving", arriving);
      this.toggleAttribute("data-settling", moving);
    };
    step(true, false);
    after.addEventListener("animationend", () => step(false, true));
    this.#part(".divider").addEventListener("transitionend", () => step(false, false));
    for (const name of ["pointerdown", "keydown", "wheel"]) {
      addEventListener(name, () => step(false, false), { once: true });
    }
  }

  get #isSide(): boolean {
    return this.hasAttribute("data-side");
  }

  get #isMending(): boolean {
    return this.hasAttribute("data-mending");
  }

  #place(): void {
    const { isOn, fit, full } = this.#zoom;
    const canvas = this.#part(".canvas");
    this.#mark(".side", this.#isSide);
    this.#mark(".zoom", isOn);
    // Nothing to magnify where the picture is shown at its size already.
    const zoom = this.querySelector<HTMLElement>(".zoom");
    if (zoom) zoom.hidden = !isOn && full <= fit + 1;
    const size = this.querySelector<HTMLElement>(".stage-size");
    if (size) size.hidden = isOn || full >= fit;
    if (isOn) void this.loadFull();
    else this.#loaded = undefined;
    if (!this.#split) return;
    const share = this.#split.valueAsNumber / 100;
    const frame = this.#part(".frame").getBoundingClientRect();
    const start = frame.left - canvas.getBoundingClientRect().left;
    const cut = start + frame.width * (this.#isSide ? 0.5 : share);
    this.style.setProperty("--half", `${frame.width / 2}px`);
    this.style.setProperty("--split", `${share * 100}%`);
    this.style.setProperty("--cut", isOn ? `${cut}px` : `${share * 100}%`);
    this.#split.setAttribute("aria-valuetext", message("split", { percent: percent(1 - share) }));
  }

  /**
   * A pointer moves the line, or the magnified picture; fingers scroll by themselves. The picture
   * below it stays what is pointed at, so that it can be saved.
   */
  #point(view: HTMLElement): void {
    let before = 0;
    const move = ({ clientX }: MouseEvent) => {
      const box = this.#part(".frame").getBoundingClientRect();
      const free = !this.#zoom.isOn && !this.#isSide && !this.#isMending;
      if (!this.#split || !free) return;
      this.#split.value = String(Math.round(((clientX - box.left) / box.width) * 1000) / 10);
      this.#place();
    };
    view.addEventListener("scroll", () => this.#place(), { passive: true });
    view.addEventListener("dragstart", (event) => event.preventDefault());
    view.addEventListener("pointermove", (event) => {
      if (!(event.buttons & 1)) return;
      move(event);
      if (this.#zoom.isOn && event.pointerType === "mouse" && !this.#isMending) {
        view.scrollBy(-event.movementX, -event.movementY);
      }
    });
    view.addEventListener("click", (event) => {
      if (event.detail < 2) before = this.#split?.valueAsNumber ?? 0;
      move(event);
    });
    view.addEventListener("dblclick", (event) => {
      if (this.#isMending) return;
      if (this.#split && !this.#zoom.isOn) this.#split.value = String(before);
      this.#zoom.toggle(event);
    });
    view.addEventListener("contextmenu", ({ target }) => {
      const { full = "" } = this.dataset;
      const picture = target instanceof HTMLImageElement && target.closest(".after") && target;
      if (picture && !this.#look && full.startsWith("/files/")) picture.src = full;
    });
  }

  /** Change the previews for the full-size pictures, each when it can be painted. */
  async loadFull(): Promise<void> {
    const status = this.#part(".zoom-status");
    const look = this.#look;
    const { fullGray } = this.dataset;
    if (!fullGray || this.#loaded === look) return;
    this.#loaded = look;
    showLarge(this);
    status.textContent = message("loadingFull");
    try {
      const after = await this.#fullSize();
      await Promise.all([this.#load(".before img", fullGray), this.#load(".after img", after)]);
      if (look !== this.#look) return;
      this.#shown = look;
      if (!this.#isMending) this.showBlended(false);
      status.textContent = "";
    } catch {
      status.textContent = message("fullFailed");
    }
  }

  /** No full-size picture of another look may stay behind. */
  #forget(): void {
    this.#loaded = undefined;
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

  #mark(selector: string, pressed: boolean): void {
    this.querySelector(selector)?.setAttribute("aria-pressed", String(pressed));
  }

  #on(selector: string, act: () => void): void {
    this.querySelector(selector)?.addEventListener("click", act);
  }

  #part<E extends HTMLElement>(selector: string): E {
    return this.querySelector<E>(selector)!;
  }
}
