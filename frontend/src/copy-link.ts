import { message } from "./messages";

const SHOWN = 4000; // milliseconds until the status disappears

/** `<copy-link>`: a button that copies the text of the field beside it, and says so. */
export class CopyLink extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.querySelector("button")!.addEventListener("click", () => void this.#copy());
  }

  async #copy(): Promise<void> {
    const field = this.querySelector<HTMLInputElement>("input")!;
    const status = this.querySelector("[role=status]")!;
    field.select(); // where the browser does not let us copy, it is ready for the keys
    const copied = await put(field.value);
    status.textContent = message(copied ? "copied" : "notCopied");
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (status.textContent = ""), SHOWN);
  }
}

/** Put text on the clipboard; the older way where a page came by plain http. */
async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
