import { filesOf, objection } from "./files";
import type { PhotoCard } from "./photo-card";
import type { PhotoList } from "./photo-list";
import { NotTaken, send } from "./send";
import { say } from "./words";

const AT_ONCE = 3;

/** `<photo-drop>`: takes photos dropped anywhere on the page, pasted, picked or photographed. */
export class PhotoDrop extends HTMLElement {
  readonly #waiting: (() => Promise<void>)[] = [];
  #sending = 0;
  /** The first answer makes a newcomer known: until then one at a time, or each would be another. */
  #known = false;
  /** Only a photo sent alone leads to its own page. */
  #alone = true;

  connectedCallback(): void {
    for (const input of this.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      input.addEventListener("change", () => {
        this.#take([...(input.files ?? [])]);
        input.value = "";
      });
    }
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) this.#take(files);
    });
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.toggleAttribute("data-over", true);
    });
    document.addEventListener("dragleave", (event) => {
      // Leaving for nowhere is leaving the window.
      if (!event.relatedTarget) this.removeAttribute("data-over");
    });
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.removeAttribute("data-over");
      void filesOf(event.dataTransfer).then((files) => this.#take(files));
    });
    addEventListener("beforeunload", (event) => {
      if (this.#sending > 0) event.preventDefault();
    });
  }

  #take(files: File[]): void {
    this.#complain(files.length === 0 ? say("noPhotos") : "");
    this.#alone = files.length === 1 && this.#sending === 0;
    const list = document.querySelector<PhotoList>("photo-list")!;
    // The first of them ends up on top, as in the folder they came from.
    const cards = files.map(() => list.add()).reverse();
    files.forEach((file, index) => this.#enqueue(file, cards[index]!, list));
    cards[0]?.element.scrollIntoView({ block: "nearest" });
  }

  #enqueue(file: File, card: PhotoCard, list: PhotoList): void {
    card.showFile(file);
    card.on("dismiss", () => card.element.remove());
    const problem = objection(file, Number(this.dataset["maxBytes"]));
    if (problem) {
      card.showRefusal(problem, false);
      return;
    }
    const abort = new AbortController();
    card.on("cancel", () => {
      if (card.element.dataset["id"]) return;
      abort.abort();
      card.element.remove();
    });
    const wait = () => {
      card.showWaiting();
      this.#waiting.push(() => this.#send(file, card, list, abort.signal));
      this.#next();
    };
    card.on("send-again", wait);
    wait();
  }

  #next(): void {
    while (this.#sending < (this.#known ? AT_ONCE : 1)) {
      const work = this.#waiting.shift();
      if (!work) return;
      this.#sending += 1;
      void work().finally(() => {
        this.#sending -= 1;
        this.#next();
      });
    }
  }

  async #send(file: File, card: PhotoCard, list: PhotoList, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const token = this.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!.value;
    try {
      const job = await send(file, token, (share) => card.showSending(share), signal);
      this.#known = true;
      list.bind(card, job);
      if (this.#alone) setTimeout(() => location.assign(job.urls.page));
    } catch (error) {
      if (error instanceof NotTaken) card.showRefusal(error.message, error.retriable);
      else if (!signal.aborted) throw error;
    }
  }

  #complain(words: string): void {
    const line = this.querySelector<HTMLElement>(".drop-error")!;
    line.hidden = words === "";
    line.textContent = words;
  }
}
