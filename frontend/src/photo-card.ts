import { isTerminal, type Job } from "./job";
import { prefersStill } from "./motion";
import { message, percent, stateOf, timeLeftOf } from "./messages";

/** One photo in the list of the visitor's photos. */
export class PhotoCard {
  readonly element: HTMLElement;
  readonly #link: HTMLAnchorElement;
  readonly #gray: HTMLImageElement;
  readonly #color: HTMLImageElement;
  readonly #name: HTMLElement;
  readonly #state: HTMLElement;
  readonly #progress: HTMLProgressElement;

  constructor(element: HTMLElement) {
    this.element = element;
    if (!element.querySelector("progress")) element.append(changingParts());
    this.#link = this.#part(".card-link");
    this.#gray = this.#part(".gray");
    this.#color = this.#part(".color");
    this.#name = this.#part(".card-name");
    this.#state = this.#part(".card-state");
    this.#progress = this.#part("progress");
  }

  get status(): string {
    return this.element.dataset["status"] ?? "";
  }

  /** Whether its job has not ended, as far as is known here. */
  get isMoving(): boolean {
    return this.status === "queued" || this.status === "running";
  }

  /** Call `handler` when the button or form of `action` is used. */
  on(action: "cancel" | "send-again" | "dismiss", handler: () => void): void {
    const control = this.#part(`[data-action="${action}"]`);
    control.addEventListener(control instanceof HTMLFormElement ? "submit" : "click", (event) => {
      event.preventDefault();
      handler();
    });
  }

  showName(name: string): void {
    this.#name.textContent = name;
  }

  /** The picture of a file that is not on the server yet. */
  showFile(file: File): void {
    const address = URL.createObjectURL(file);
    this.#gray.onload = () => URL.revokeObjectURL(address);
    this.#gray.onerror = () => {
      // Not every browser can show every format; the server can.
      URL.revokeObjectURL(address);
      this.#gray.removeAttribute("src");
    };
    this.#gray.src = address;
  }

  showWaiting(): void {
    this.#show("waiting", message("waitingToSend"));
    this.#progress.removeAttribute("value");
  }

  showSending(share: number): void {
    if (share < 1) {
      this.#show("sending", message("sending", { percent: percent(share) }));
      this.#progress.value = share;
    } else {
      this.#show("sending", message("checking"));
      this.#progress.removeAttribute("value");
    }
  }

  showRefusal(words: string, retriable: boolean): void {
    this.#show("refused", words);
    this.element.toggleAttribute("data-retriable", retriable);
  }

  /** Canceled here; the server says so in a moment. */
  showCanceled(): void {
    this.element.toggleAttribute("data-canceling", true);
    this.#show("canceled", message("canceled"));
  }

  /** It goes on after all; its next news says how. */
  showMoving(): void {
    this.element.removeAttribute("data-canceling");
    this.#show("running", message("starting"));
  }

  showJob(job: Job): void {
    if (isTerminal(job)) this.element.removeAttribute("data-canceling");
    else if (this.element.hasAttribute("data-canceling")) return;
    const isNew = this.element.dataset["id"] !== job.id;
    const before = isNew ? "" : this.status;
    const name = job.photo.title || job.photo.name;
    if (isNew) {
      Object.assign(this.element.dataset, {
        id: job.id,
        photo: job.photo.id,
        created: job.created_at,
      });
      this.#link.href = job.urls.page;
      this.#form("cancel").action = new URL("cancel/", job.urls.page).href;
      this.#form("retry").action = new URL("retry/", job.urls.page).href;
      void show(this.#gray, job.urls.gray_card);
    }
    this.#name.textContent = name;
    const timeLeft = isTerminal(job) ? "" : timeLeftOf(job);
    this.#show(this.status, [stateOf(job), timeLeft].filter(Boolean).join(", "));
    if (job.progress > 0) this.#progress.value = job.progress;
    else this.#progress.removeAttribute("value");
    if (job.status === "succeeded" && job.urls.card && before !== "succeeded") {
      void this.#arrive(job.urls.card);
    } else {
      this.element.dataset["status"] = job.status;
    }
  }

  /** Color spreads over the gray picture, once there is color to show. */
  async #arrive(address: string): Promise<void> {
    await show(this.#color, address);
    this.element.dataset["status"] = "succeeded";
    if (prefersStill()) return;
    this.element.toggleAttribute("data-arriving", true);
    this.#color.addEventListener(
      "animationend",
      () => this.element.removeAttribute("data-arriving"),
      { once: true },
    );
  }

  #show(status: string, words: string): void {
    this.element.dataset["status"] = status;
    if (this.#state.textContent?.trim() !== words) this.#state.textContent = words;
  }

  #form(action: string): HTMLFormElement {
    return this.#part<HTMLFormElement>(`[data-action="${action}"]`);
  }

  #part<E extends HTMLElement>(selector: string): E {
    return this.element.querySelector<E>(selector)!;
  }
}

/** What a card that the server has written in color lacks, for when its photo is colored again. */
function changingParts(): DocumentFragment {
  const pattern = document.querySelector<HTMLTemplateElement>("photo-tray template")!;
  const parts = document.createDocumentFragment();
  const copy = document.importNode(pattern.content, true);
  parts.append(...copy.querySelectorAll(".progress, .card-actions"));
  return parts;
}

/** Put a picture in place only when it can be painted, so that nothing flashes. */
async function show(image: HTMLImageElement, address: string): Promise<void> {
  const loaded = new Image();
  loaded.src = address;
  await loaded.decode().catch(() => undefined);
  image.onload = image.onerror = null;
  image.src = address;
}
