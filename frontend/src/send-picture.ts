import { message } from "./messages";

/** `<send-picture>`: hands a picture itself to the phone's own way of sending, where it has one. */
export class SendPicture extends HTMLElement {
  /** Files that were made too long after the press for the browser to hand them on. */
  readonly #ready = new Map<string, File>();

  connectedCallback(): void {
    const sample = new File([], "photo.jpg", { type: "image/jpeg" });
    if (!navigator.canShare?.({ files: [sample] })) return;
    for (const button of this.querySelectorAll("button")) {
      button.hidden = false;
      button.addEventListener("click", () => void this.#send(button.dataset));
    }
  }

  async #send({ file = "", name = "" }: DOMStringMap): Promise<void> {
    const status = this.querySelector("[role=status]")!;
    try {
      if (!this.#ready.has(file)) {
        status.textContent = message("fileMaking");
        const answer = await fetch(file);
        if (!answer.ok) throw new Error(message("fileFailed"));
        const blob = await answer.blob();
        this.#ready.set(file, new File([blob], name, { type: blob.type }));
      }
      status.textContent = "";
      const files = [this.#ready.get(file)!];
      await navigator.share({ files, title: this.dataset["title"] ?? "" });
      this.#ready.delete(file);
    } catch (error) {
      const { name: why } = error as Error;
      if (why === "NotAllowedError") {
        status.textContent = message("fileReady");
        return;
      }
      this.#ready.delete(file);
      // Who closes the phone's list has not failed.
      status.textContent = why === "AbortError" ? "" : message("fileFailed");
    }
  }
}
