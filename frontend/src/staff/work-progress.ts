const POLL_EVERY = 1_000;

/** Shows how far a worker is with something, and reloads the page when its state changes. */
export class WorkProgress extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.#timer = setInterval(() => void this.#poll(), POLL_EVERY);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    const answer = await fetch(this.dataset["poll"] ?? "").catch(() => null);
    if (!answer?.ok) return;
    const work = (await answer.json()) as { state: string; progress: number };
    if (work.state !== this.dataset["state"]) {
      if (isTyping()) return;
      this.disconnectedCallback();
      location.reload();
      return;
    }
    for (const bar of this.querySelectorAll("progress")) bar.value = work.progress;
  }
}

/** Whether a reload would lose what somebody has written. */
function isTyping(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  return [...fields].some((field) => field.type !== "hidden" && field.value !== field.defaultValue);
}
