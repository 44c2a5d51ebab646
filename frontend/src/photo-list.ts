import { isTerminal, type Job } from "./job";
import { Live } from "./live";
import { PhotoCard } from "./photo-card";
import { say, stateOf } from "./words";

/** `<photo-list>`: this visitor's photos, kept up to date. */
export class PhotoList extends HTMLElement {
  readonly #cards = new Map<string, PhotoCard>();
  #live: Live | undefined;

  connectedCallback(): void {
    for (const element of this.querySelectorAll<HTMLElement>(".card")) {
      this.#adopt(new PhotoCard(element), element.dataset["id"]!);
    }
    const { events = "", poll = "" } = this.dataset;
    this.#live = new Live(events, poll, (job) => this.#show(job));
    if (this.#cards.size > 0) this.#live.start();
  }

  /** A new card on top, for a photo that is about to be sent. */
  add(): PhotoCard {
    const pattern = this.querySelector("template")!;
    const copy = document.importNode(pattern.content, true);
    const element = copy.querySelector<HTMLElement>(".card")!;
    this.querySelector(".cards")!.prepend(element);
    this.closest<HTMLElement>("section")!.hidden = false;
    return new PhotoCard(element);
  }

  /** The server has taken a card's photo: from now on it is kept up to date. */
  bind(card: PhotoCard, job: Job): void {
    // The socket may have told of it before the answer came, and made a card of its own.
    this.#cards.get(job.id)?.element.remove();
    this.#adopt(card, job.id);
    card.showJob(job);
    this.#live?.receive(job);
    this.#live?.start();
  }

  /** Tell those who do not see the cards. */
  announce(words: string): void {
    this.querySelector("[role=status]")!.textContent = words;
  }

  #adopt(card: PhotoCard, id: string): void {
    this.#cards.set(id, card);
    card.on("cancel", () => void this.#cancel(card));
  }

  #show(job: Job): void {
    let card = this.#cards.get(job.id);
    if (!card) {
      card = this.add();
      this.#adopt(card, job.id);
    }
    const ended = isTerminal(job) && card.status !== job.status;
    card.showJob(job);
    if (ended) {
      this.announce(`${job.photo.title || job.photo.name}: ${stateOf(job)}`);
    }
  }

  async #cancel(card: PhotoCard): Promise<void> {
    const form = card.element.querySelector<HTMLFormElement>('[data-action="cancel"]')!;
    try {
      await fetch(form.action, { method: "POST", body: new FormData(form) });
    } catch {
      this.announce(say("notCancelled"));
    }
  }
}
