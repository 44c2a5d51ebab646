import { isTerminal, type Job } from "./job";
import { Live } from "./live";
import { PhotoCard } from "./photo-card";
import { message, stateOf } from "./messages";

const ASKED_FOR = 100; // jobs that the API lists by their ids at once

/**
 * `<photo-list>`: cards of photos, kept up to date. A card shows the newest job of its photo; each
 * change is an event `job`.
 */
export class PhotoList extends HTMLElement {
  readonly #cards = new Map<string, PhotoCard>();
  #live: Live | undefined;

  connectedCallback(): void {
    for (const element of this.querySelectorAll<HTMLElement>(".card")) {
      this.#register(new PhotoCard(element), element.dataset["id"]!);
    }
    this.#live = new Live("/ws/me/", () => this.#poll(), (job) => this.#show(job), true);
    if (this.#cards.size > 0) this.#live.start();
  }

  /** A new card at the end, for a photo that is about to be sent. */
  add(): PhotoCard {
    const pattern = this.querySelector("template")!;
    const copy = document.importNode(pattern.content, true);
    const element = copy.querySelector<HTMLElement>(".card")!;
    this.querySelector(".cards")!.append(element);
    return new PhotoCard(element);
  }

  /** The server has taken a card's photo: from now on it is kept up to date. */
  bind(card: PhotoCard, job: Job): void {
    this.#register(card, job.id);
    card.showJob(job);
    this.#live?.receive(job);
    this.#live?.start();
  }

  /** Tell those who do not see the cards. */
  announce(words: string): void {
    this.querySelector("[role=status]")!.textContent = words;
  }

  /** Cancel a card's job; it says so before the server does. */
  cancel(card: PhotoCard): void {
    if (!card.isMoving) return;
    const form = card.element.querySelector<HTMLFormElement>('[data-action="cancel"]')!;
    card.showCanceled();
    const answer = fetch(form.action, { method: "POST", body: new FormData(form) });
    void answer.then(
      ({ ok }) => ok || this.#isNotCanceled(card),
      () => this.#isNotCanceled(card),
    );
  }

  #isNotCanceled(card: PhotoCard): void {
    card.showMoving();
    this.announce(message("notCanceled"));
  }

  #register(card: PhotoCard, id: string): void {
    this.#cards.set(id, card);
    card.on("cancel", () => this.cancel(card));
  }

  #show(job: Job): void {
    const card = this.#cards.get(job.id) ?? this.#succeed(job);
    if (!card) return;
    const ended = isTerminal(job) && card.status !== job.status;
    card.showJob(job);
    if (ended) this.announce(`${job.photo.title || job.photo.name}: ${stateOf(job)}`);
    this.dispatchEvent(new CustomEvent("job", { detail: job }));
  }

  /** The card of an earlier job of the same photo, which from now on shows this one. */
  #succeed(job: Job): PhotoCard | undefined {
    for (const [id, card] of this.#cards) {
      const { photo, created = "" } = card.element.dataset;
      if (photo !== job.photo.id || Date.parse(job.created_at) <= Date.parse(created)) continue;
      this.#cards.delete(id);
      this.#cards.set(job.id, card);
      return card;
    }
    return undefined;
  }

  /** Where to ask about those that have not ended; the newest of all where all have. */
  #poll(): string {
    const moving = [...this.#cards].filter(([, card]) => card.isMoving);
    const ids = moving.slice(0, ASKED_FOR).map(([id]) => ["id", id]);
    return `/api/v1/jobs/?${new URLSearchParams(ids)}`;
  }
}
