/**
 * `<live-part data-seconds="1">`: the part of a page that says how far something has come. It is
 * fetched again every so many seconds, until what comes has no `data-seconds` any more.
 */
export class LivePart extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    const seconds = Number(this.dataset["seconds"]);
    if (seconds > 0) this.#timer = setTimeout(() => void this.#renew(), seconds * 1000);
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    const response = await fetch(location.href).catch(() => undefined);
    if (!response?.ok) {
      if (response) location.reload();
      else this.connectedCallback(); // offline: the next round asks again
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = page.querySelector<LivePart>("live-part");
    if (!part) return;
    this.replaceChildren(...document.importNode(part, true).childNodes);
    if (part.dataset["seconds"]) this.connectedCallback();
    else this.removeAttribute("data-seconds");
  }
}
