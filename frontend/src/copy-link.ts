import { say } from "./words";

const SHOWN = 4000; // milliseconds until the note goes again

/** `<copy-link>`: a button that copies the text of the field beside it, and says so. */
export class CopyLink extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.querySelector("button")!.addEventListener("click", () => void this.#copy());
  }

  async #copy(): Promise<void> {
    const field = this.querySelector<HTMLInputElement>("input")!;
    const note = this.querySelector("[role=status]")!;
    field.select(); // where the browser does not let us copy, it is ready for the keys
    const copied = await put(field.value);
    note.textContent = say(copied ? "copied" : "notCopied");
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (note.textContent = ""), SHOWN);
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
