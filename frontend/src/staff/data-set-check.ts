const LOOK_EVERY = 1_000;

/** Shows how far the check of a data set is, and the page anew when it is done. */
export class DataSetCheck extends HTMLElement {
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
    const set = (await answer.json()) as { state: string; progress: number };
    if (set.state !== "queued" && set.state !== "checking") {
      location.reload();
      return;
    }
    for (const bar of this.querySelectorAll("progress")) bar.value = set.progress;
  }
}
