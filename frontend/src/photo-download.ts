import { awaitFile } from "./rendition";
import { message } from "./messages";

/**
 * `<photo-download>`: the result at once; another format, size or vividness when it is made.
 *
 * Without a script the link and the form lead to a page that waits.
 */
export class PhotoDownload extends HTMLElement {
  #vividness: number | null = null;
  #busy: AbortController | undefined;

  connectedCallback(): void {
    const link = this.querySelector<HTMLAnchorElement>("a[download]");
    const form = this.querySelector<HTMLFormElement>("form");
    if (!link || !form) return;
    link.addEventListener("click", (event) => {
      if (this.#vividness === null) return;
      event.preventDefault();
      const options = { format: this.dataset["format"] ?? "", vividness: String(this.#vividness) };
      void this.#fetch(`${form.action}?${new URLSearchParams(options)}`);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.hidePopover();
      const options = new URLSearchParams();
      for (const [name, value] of new FormData(form)) options.set(name, String(value));
      void this.#fetch(`${form.action}?${options}`);
    });
    this.closest("main")?.addEventListener("vividness", (event) => {
      this.#vividness = (event as CustomEvent<number | null>).detail;
    });
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
