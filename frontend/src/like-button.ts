import type { components } from "./api";
import { sendJson } from "./json";

type Likes = components["schemas"]["Likes"];

/** `<like-button>`: likes a photo without leaving the page; without a script a form does it. */
export class LikeButton extends HTMLElement {
  connectedCallback(): void {
    const heart = this.querySelector<HTMLButtonElement>(".heart")!;
    heart.addEventListener("click", (event) => {
      event.preventDefault();
      void this.#send(heart);
    });
  }

  async #send(heart: HTMLButtonElement): Promise<void> {
    const liked = heart.ariaPressed === "true";
    heart.disabled = true;
    const method = liked ? "DELETE" : "PUT";
    const answer = await sendJson(this.dataset["address"]!, undefined, method).catch(() => undefined);
    heart.disabled = false;
    heart.focus({ preventScroll: true });
    if (answer?.ok) this.#show(heart, (await answer.json()) as Likes);
    // The page that the form leads to says what is wrong.
    else heart.form!.requestSubmit(heart);
  }

  #show(heart: HTMLButtonElement, { liked, likes }: Likes): void {
    heart.ariaPressed = String(liked);
    heart.name = liked ? "back" : "";
    const count = this.querySelector(".likes")!;
    count.textContent = likes > 0 ? likes.toLocaleString(document.documentElement.lang) : "";
  }
}
