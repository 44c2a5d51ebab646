import type { components } from "./api";
import { sendJson } from "./json";

type Likes = components["schemas"]["Likes"];

/** `<like-button>`: likes a photo without leaving the page; without a script its form does it. */
export class LikeButton extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector("form")!;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send(form);
    });
  }

  async #send(form: HTMLFormElement): Promise<void> {
    const heart = form.querySelector<HTMLButtonElement>(".heart")!;
    const liked = heart.ariaPressed === "true";
    heart.disabled = true;
    const method = liked ? "DELETE" : "PUT";
    const answer = await sendJson(this.dataset["address"]!, undefined, method).catch(() => undefined);
    heart.disabled = false;
    heart.focus({ preventScroll: true });
    if (answer?.ok) this.#show(heart, (await answer.json()) as Likes);
    // The page that the form leads to says what is wrong.
    else form.submit();
  }

  #show(heart: HTMLButtonElement, { liked, likes }: Likes): void {
    heart.ariaPressed = String(liked);
    heart.name = liked ? "back" : "";
    const count = this.querySelector(".likes")!;
    count.textContent = likes > 0 ? likes.toLocaleString(document.documentElement.lang) : "";
  }
}
