const LOOK_EVERY = 1_000;

/** Shows how far a worker is with something, and the page anew when its state is another. */
export class WorkProgress extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const answer = await fetch(this.dataset["poll"] ?? "").catch(() => null);
    if (!answer?.ok) return;
    const work = (await answer.json()) as { state: string; progress: number };
    if (work.state !== this.dataset["state"]) {
      this.disconnectedCallback();
      location.reload();
      return;
    }
    for (const bar of this.querySelectorAll("progress")) bar.value = work.progress;
  }
}
