import { filesOf } from "./files";
import type { PhotoList } from "./photo-list";
import { Upload } from "./upload";
import { message } from "./messages";

const MAX_CONCURRENT = 3;

/** `<photo-drop>`: takes photos dropped anywhere on the page, pasted, picked or photographed. */
export class PhotoDrop extends HTMLElement {
  readonly #waiting: Upload[] = [];
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
    this.#complain(files.length === 0 ? message("noPhotos") : "");
    this.#alone = files.length === 1 && this.#sending === 0;
    const list = document.querySelector<PhotoList>("photo-list")!;
    // Each card comes on top: the last first, so that they lie as in the folder they came from.
    const uploads = files.toReversed().map((file) => {
      const upload: Upload = new Upload(file, list, () => this.#enqueue(upload));
      return upload;
    });
    for (const upload of uploads.toReversed()) {
      if (upload.check(Number(this.dataset["maxBytes"]))) this.#enqueue(upload);
    }
    uploads.at(-1)?.element.scrollIntoView({ block: "nearest" });
  }

  #enqueue(upload: Upload): void {
    upload.showWaiting();
    this.#waiting.push(upload);
    this.#next();
  }

  #next(): void {
    while (this.#sending < (this.#known ? MAX_CONCURRENT : 1)) {
      const upload = this.#waiting.shift();
      if (!upload) return;
      this.#sending += 1;
      void this.#send(upload).finally(() => {
        this.#sending -= 1;
        this.#next();
      });
    }
  }

  async #send(upload: Upload): Promise<void> {
    const token = this.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!;
    const job = await upload.send(token.value);
    if (!job) return;
    this.#known = true;
    // Not before this upload counts as sent, or the page would ask whether to leave it.
    if (this.#alone) setTimeout(() => location.assign(job.urls.page));
  }

  #complain(words: string): void {
    const line = this.querySelector<HTMLElement>(".drop-error")!;
    line.hidden = words === "";
    line.textContent = words;
  }
}
