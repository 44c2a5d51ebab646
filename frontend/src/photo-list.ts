import { isTerminal, type Job } from "./job";
import { Live } from "./live";
import { PhotoCard } from "./photo-card";
import { message, stateOf } from "./messages";

/**
 * `<photo-list>`: this visitor's photos, kept up to date. With `data-fixed` it is one page of
 * many: it gets no new cards, and a card shows the newest job of its photo.
 */
export class PhotoList extends HTMLElement {
  readonly #cards = new Map<string, PhotoCard>();
  #live: Live | undefined;

  connectedCallback(): void {
    for (const element of this.querySelectorAll<HTMLElement>(".card")) {
      this.#register(new PhotoCard(element), element.dataset["id"]!);
    }
    const { events = "", poll = "" } = this.dataset;
    this.#live = new Live(events, poll, (job) => this.#show(job), this.#fixed);
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
    // The socket may have announced it before the answer came, and made a card.
    this.#cards.get(job.id)?.element.remove();
    this.#register(card, job.id);
    card.showJob(job);
    this.#live?.receive(job);
    this.#live?.start();
  }

  /** Tell those who do not see the cards. */
  announce(words: string): void {
    this.querySelector("[role=status]")!.textContent = words;
  }

  #register(card: PhotoCard, id: string): void {
    this.#cards.set(id, card);
    card.on("cancel", () => void this.#cancel(card));
  }

  #show(job: Job): void {
    let card = this.#cards.get(job.id) ?? this.#succeed(job);
    if (!card) {
      if (this.#fixed) return;
      card = this.add();
      this.#register(card, job.id);
    }
    const ended = isTerminal(job) && card.status !== job.status;
    card.showJob(job);
    if (ended) {
      this.announce(`${job.photo.title || job.photo.name}: ${stateOf(job)}`);
    }
  }

  /** The card of an earlier job of the same photo, which from now on shows this one. */
  #succeed(job: Job): PhotoCard | undefined {
    for (const [id, card] of this.#cards) {
      const { photo, created = "" } = card.element.dataset;
      if (photo !== job.photo.id || Date.parse(job.created_at) <= Date.parse(created)) continue;
      card.element.dataset["created"] = job.created_at;
      this.#cards.delete(id);
      this.#cards.set(job.id, card);
      return card;
    }
    return undefined;
  }

  get #fixed(): boolean {
    return this.hasAttribute("data-fixed");
  }

  async #cancel(card: PhotoCard): Promise<void> {
    const form = card.element.querySelector<HTMLFormElement>('[data-action="cancel"]')!;
    try {
      await fetch(form.action, { method: "POST", body: new FormData(form) });
    } catch {
      this.announce(message("notCanceled"));
    }
  }
}
