import { message } from "./messages";

/**
 * `<photo-order action="…">`: the order of cards by hand. One that is dragged is put before or after
 * another, with all that are chosen if it is one of them. The page's buttons do the same by keyboard.
 */
export class PhotoOrder extends HTMLElement {
  #dragged: HTMLElement[] = [];

  connectedCallback(): void {
    for (const card of this.#cards) {
      card.draggable = true;
      for (const part of card.querySelectorAll<HTMLElement>("a, img")) part.draggable = false;
    }
    this.addEventListener("dragstart", (event) => this.#take(event));
    this.addEventListener("dragover", (event) => this.#show(event));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.addEventListener("dragend", () => this.#end());
  }

  #take(event: DragEvent): void {
    const card = cardOf(event);
    if (!card) return;
    const chosen = this.#cards.filter((each) => each.querySelector<HTMLInputElement>(".choose")?.checked);
    this.#dragged = chosen.includes(card) ? chosen : [card];
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  }

  #show(event: DragEvent): void {
    const card = cardOf(event);
    this.#unmark();
    if (this.#dragged.length === 0 || !card || this.#dragged.includes(card)) return;
    event.preventDefault();
    card.dataset["drop"] = isAfter(card, event) ? "after" : "before";
  }

  #drop(event: DragEvent): void {
    const card = cardOf(event);
    if (this.#dragged.length === 0 || !card || this.#dragged.includes(card)) return;
    event.preventDefault();
    const before = this.#cards;
    const after = isAfter(card, event);
    if (after) card.after(...this.#dragged);
    else card.before(...this.#dragged);
    void this.#save(this.#dragged, card, after).then((isSaved) => {
      if (isSaved) return;
      card.parentElement?.append(...before);
      const status = this.querySelector("[role=status]");
      if (status) status.textContent = message("cornersOffline");
    });
  }

  async #save(cards: HTMLElement[], beside: HTMLElement, after: boolean): Promise<boolean> {
    const form = new FormData();
    const token = this.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]");
    form.append("csrfmiddlewaretoken", token?.value ?? "");
    for (const card of cards) form.append("photo", card.dataset["photo"] ?? "");
    form.append("beside", beside.dataset["photo"] ?? "");
    if (after) form.append("after", "");
    const sent = fetch(this.getAttribute("action") ?? "", { method: "POST", body: form });
    return sent.then(
      ({ ok }) => ok,
      () => false,
    );
  }

  #end(): void {
    this.#dragged = [];
    this.#unmark();
  }

  #unmark(): void {
    for (const card of this.#cards) delete card.dataset["drop"];
  }

  get #cards(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".card")];
  }
}

function cardOf(event: DragEvent): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(".card") : null;
}

/** Whether the pointer is over the later half of a card. */
function isAfter(card: HTMLElement, event: DragEvent): boolean {
  const { left, width } = card.getBoundingClientRect();
  return event.clientX > left + width / 2;
}
