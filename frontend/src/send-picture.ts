import { message } from "./messages";

/** `<send-picture>`: hands a picture itself to the phone's own way of sending, where it has one. */
export class SendPicture extends HTMLElement {
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
    status.textContent = message("fileMaking");
    try {
      const answer = await fetch(file);
      if (!answer.ok) throw new Error(message("fileFailed"));
      const blob = await answer.blob();
      status.textContent = "";
      const files = [new File([blob], name, { type: blob.type })];
      await navigator.share({ files, title: this.dataset["title"] ?? "" });
    } catch (error) {
      // Who closes the phone's list has not failed.
      const closed = (error as Error).name === "AbortError";
      status.textContent = closed ? "" : message("fileFailed");
    }
  }
}
