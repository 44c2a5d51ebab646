import type { Look } from "./look-saver";
import { awaitFile } from "./rendition";
import { message } from "./messages";

/**
 * `<photo-download>`: the result at once; another format, size or vividness when it is made.
 *
 * Without a script the link and the form lead to a page that waits.
 */
export class PhotoDownload extends HTMLElement {
  #look: Look | null = null;
  #busy: AbortController | undefined;

  connectedCallback(): void {
    const link = this.querySelector<HTMLAnchorElement>("a.primary");
    const form = this.querySelector<HTMLFormElement>("form");
    if (!link || !form) return;
    link.addEventListener("click", (event) => {
      if (this.#look === null && link.hasAttribute("download")) return;
      event.preventDefault();
      this.#make(form.action, new URLSearchParams({ format: this.dataset["format"] ?? "" }));
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.closest("dialog")!.close();
      const options = new URLSearchParams();
      for (const [name, value] of new FormData(form)) options.set(name, String(value));
      this.#make(form.action, options);
    });
    this.closest("main")?.addEventListener("look", (event) => {
      this.#look = (event as CustomEvent<Look | null>).detail;
    });
  }

  /** What is seen is what comes, saved or not. */
  #make(address: string, options: URLSearchParams): void {
    for (const [name, value] of Object.entries(this.#look ?? {})) options.set(name, String(value));
    void this.#fetch(`${address}?${options}`);
  }

  async #fetch(address: string): Promise<void> {
    this.#busy?.abort();
    const { signal } = (this.#busy = new AbortController());
    const bar = this.querySelector("progress")!;
    bar.removeAttribute("value");
    bar.hidden = false;
    this.#show(message("fileMaking"));
    try {
      const onProgress = (share: number) => (share > 0 ? (bar.value = share) : undefined);
      const file = await awaitFile(address, onProgress, signal);
      this.#show("");
      location.assign(`${file}?download`);
    } catch (error) {
      if (signal.aborted) return;
      this.#show((error as Error).message);
    }
    bar.hidden = true;
  }

  #show(words: string): void {
    this.querySelector("[aria-live]")!.textContent = words;
  }
}
