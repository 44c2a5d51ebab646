const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** Sends its form by itself if there is a file in it, and shows how far that is. */
export class UploadProgress extends HTMLElement {
  #request: XMLHttpRequest | null = null;

  connectedCallback(): void {
    const form = this.closest("form");
    form?.addEventListener("submit", (event) => {
      const inputs = form.querySelectorAll<HTMLInputElement>("input[type=file]");
      if (![...inputs].some((input) => input.files?.length)) return;
      event.preventDefault();
      if (!this.#request) this.#send(form, event.submitter);
    });
    this.querySelector("button")?.addEventListener("click", () => this.#request?.abort());
    window.addEventListener("beforeunload", (event) => {
      if (this.#request) event.preventDefault();
    });
  }

  #send(form: HTMLFormElement, by: HTMLElement | null): void {
    const request = new XMLHttpRequest();
    const began = performance.now();
    this.#request = request;
    this.hidden = false;
    request.upload.onprogress = ({ loaded, total }) => this.#show(loaded, total, performance.now() - began);
    request.upload.onload = () => this.#say("stored");
    request.onload = () => this.#arrive(form, request);
    request.onerror = () => this.#end("lost");
    request.onabort = () => this.#end("canceled");
    request.open("POST", form.action);
    request.send(new FormData(form, by));
  }

  #show(loaded: number, total: number, milliseconds: number): void {
    for (const bar of this.querySelectorAll("progress")) bar.value = loaded / total;
    const left = (milliseconds * (total - loaded)) / Math.max(loaded, 1) / 1000;
    const [value, unit] = left < 90 ? [left, "s"] : [left / 60, "min"];
    const time = `${Math.round(value)} ${this.dataset[unit] ?? unit}`;
    this.#say("sending", { done: bytes(loaded), total: bytes(total), time });
  }

  /** Goes where the answer leads; a form that comes back says what was wrong with it. */
  #arrive(form: HTMLFormElement, request: XMLHttpRequest): void {
    const isNew = request.responseURL.split("#")[0] !== form.action.split("#")[0];
    if (request.status < 400 && isNew) {
      this.#request = null;
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const again = form.id ? page.getElementById(form.id) : null;
    this.#end("refused", { why: page.querySelector("h1")?.textContent?.trim() ?? `${request.status}` });
    if (request.status < 400 && again) form.replaceWith(document.adoptNode(again));
  }

  #end(text: string, values: Record<string, string> = {}): void {
    this.#request = null;
    this.#say(text, values);
  }

  #say(text: string, values: Record<string, string> = {}): void {
    const sentence = this.dataset[text] ?? "";
    const line = this.querySelector("p");
    if (line) line.textContent = sentence.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? "");
    for (const button of this.querySelectorAll("button")) button.hidden = text !== "sending";
  }
}

/** So many bytes for people, in the page's language. */
function bytes(count: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  const style = { style: "unit", unit: UNITS[power] ?? "byte", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, style).format(count / 1000 ** power);
}
