import { objection } from "./files";
import type { Job } from "./job";
import type { PhotoCard } from "./photo-card";
import type { PhotoList } from "./photo-list";
import { Rejected, send } from "./send";

/** One file on its way to the server, with the card that shows it. */
export class Upload {
  readonly #file: File;
  readonly #list: PhotoList;
  readonly #card: PhotoCard;
  readonly #abort = new AbortController();

  constructor(file: File, list: PhotoList, again: () => void) {
    this.#file = file;
    this.#list = list;
    this.#card = list.add();
    this.#card.showFile(file);
    this.#card.on("send-again", again);
    this.#card.on("dismiss", () => this.#card.element.remove());
    this.#card.on("cancel", () => {
      // What the server has taken is canceled there, by the list.
      if (this.#card.element.dataset["id"]) return;
      this.#abort.abort();
      this.#card.element.remove();
    });
  }

  get element(): HTMLElement {
    return this.#card.element;
  }

  /** Whether the file may be sent; if not, its card says why. */
  check(maxBytes: number): boolean {
    const words = objection(this.#file, maxBytes);
    if (words) this.#refuse(words, false);
    return !words;
  }

  showWaiting(): void {
    this.#card.showWaiting();
  }

  /** Send the file; its job, or undefined if the card says why there is none. */
  async send(csrfToken: string): Promise<Job | undefined> {
    const { signal } = this.#abort;
    if (signal.aborted) return undefined;
    try {
      const progress = (share: number) => this.#card.showSending(share);
      const job = await send(this.#file, csrfToken, progress, signal);
      this.#list.bind(this.#card, job);
      return job;
    } catch (error) {
      if (error instanceof Rejected) this.#refuse(error.message, error.retriable);
      else if (!signal.aborted) throw error;
      return undefined;
    }
  }

  #refuse(words: string, retriable: boolean): void {
    this.#card.showRefusal(words, retriable);
    this.#list.announce(`${this.#file.name}: ${words}`);
  }
}
