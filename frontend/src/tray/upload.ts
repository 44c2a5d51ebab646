import { type Job } from "../job";
import { message } from "../messages";
import { PhotoCard } from "../photo-card";
import type { PhotoList } from "../photo-list";
import { objection } from "./files";
import { Rejected, send } from "./send";
import type { Item } from "./store";

/** One file on its way to the server and through it, with the card that shows it. */
export class Upload {
  readonly item: Item;
  readonly card: PhotoCard;
  /** The photo's newest job, once the server has it. */
  job: Job | undefined;
  /** Whether the browser keeps it, so that the page may be left. */
  kept = false;
  readonly #list: PhotoList;
  readonly #abort = new AbortController();

  /** `onChange` is called with whether the item is to be forgotten. */
  constructor(
    item: Item,
    list: PhotoList,
    again: (upload: Upload) => void,
    onChange: (upload: Upload, forget: boolean) => void,
  ) {
    this.item = item;
    this.#list = list;
    this.card = list.add();
    this.card.showName(item.name);
    this.card.on("send-again", () => again(this));
    this.card.on("dismiss", () => onChange(this, true));
    this.card.on("cancel", () => {
      // What the server has taken is canceled there, by the list.
      if (!this.item.job) onChange(this, true);
    });
    if (item.file) this.card.showFile(item.file);
    if (item.refusal) this.card.showRefusal(item.refusal, false);
    else this.card.showWaiting();
  }

  /** waiting, sending, refused, or its job's status. */
  get status(): string {
    return this.job && this.card.status !== "canceled" ? this.job.status : this.card.status;
  }

  get isUnsent(): boolean {
    return this.item.file !== null;
  }

  /** Whether the file may be sent; if not, its card says why. */
  check(maxBytes: number): boolean {
    const words = objection(this.item.file!, maxBytes);
    if (words) this.#refuse(words, false);
    return !words;
  }

  /** Send the file. Rejects with `Later` if that is worth trying again by itself. */
  async send(): Promise<void> {
    const { signal } = this.#abort;
    const { file, key } = this.item;
    if (signal.aborted || !file) return;
    try {
      this.bind(await send(file, key, (share) => this.card.showSending(share), signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Rejected)) throw error;
      this.#refuse(error.message, error.retriable);
    }
  }

  /** The server has it. */
  bind(job: Job): void {
    Object.assign(this.item, { file: null, job: job.id });
    this.job = job;
    this.#list.bind(this.card, job);
  }

  /** Stop sending it, and take its card away. */
  end(): void {
    this.#abort.abort();
    this.card.element.remove();
  }

  #refuse(words: string, retriable: boolean): void {
    this.card.showRefusal(words, retriable);
    if (!retriable) Object.assign(this.item, { file: null, refusal: words });
    this.#list.announce(message("refusedFile", { name: this.item.name, why: words }));
  }
}
