import { isTerminal, type Job } from "./job";
import { Live } from "./live";
import type { PhotoColors } from "./photo-colors";
import { type PhotoStage, showLarge } from "./photo-stage";
import { stateOf, timeLeftOf } from "./messages";
import { localize } from "./times";

/**
 * `<job-view>`: one photo's page. While its job waits and runs, the words and the bar follow
 * it; when it comes to another state, the parts of the page are fetched again and replaced.
 */
export class JobView extends HTMLElement {
  #live: Live | undefined;
  #status = "";

  connectedCallback(): void {
    const { status = "", events = "", poll = "" } = this.dataset;
    this.#status = status;
    if (status !== "queued" && status !== "running") return;
    this.#live = new Live(events, () => poll, (job) => this.#show(job));
    this.#live.start();
  }

  #show(job: Job): void {
    if (isTerminal(job)) {
      if (this.#status === job.status) return;
      this.#status = job.status;
      this.#live?.stop();
      void this.#renew();
      return;
    }
    this.#status = job.status;
    setText(this.querySelector(".state"), stateOf(job));
    setText(this.querySelector(".time-left"), timeLeftOf(job));
    const bar = this.querySelector("progress");
    if (bar && job.progress > 0) bar.value = job.progress;
    else bar?.removeAttribute("value");
  }

  async #renew(): Promise<void> {
    const response = await fetch(location.href).catch(() => undefined);
    if (!response?.ok) {
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const parts = [...page.querySelectorAll<HTMLElement>("job-view .part")].map((part) =>
      document.importNode(part, true),
    );
    parts.forEach(localize);
    for (const part of parts) {
      part.querySelector("noscript")?.remove(); // a parsed page has them as if there were no script
      showLarge(part);
    }
    // Wait until the pictures can be painted: the gray one must not flash when it is replaced.
    // Those that are lazy are not loaded before they are in the page.
    const eager = "img:not([loading=lazy])";
    const pictures = parts.flatMap((part) => [...part.querySelectorAll<HTMLImageElement>(eager)]);
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => undefined)));
    const hadFocus = this.querySelector(".part :focus") !== null;
    const put = (part: HTMLElement) =>
      this.querySelector(`[data-part="${part.dataset["part"]}"]`)?.replaceWith(part);
    const isStage = (part: HTMLElement) => part.matches("photo-stage");
    parts.filter((part) => !isStage(part)).forEach(put);
    // The looks can be chosen before anything moves.
    await this.querySelector<PhotoColors>("photo-colors")?.ready;
    parts.filter(isStage).forEach(put);
    this.dataset["status"] = this.#status;
    setText(this.querySelector(".state"), page.querySelector("job-view .state")?.textContent ?? "");
    if (hadFocus) document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
    this.querySelector<PhotoStage>("photo-stage")?.arrive();
  }
}

/** Screen readers read a status again when it is written, even with the same words. */
function setText(element: Element | null, words: string): void {
  if (element && element.textContent?.trim() !== words.trim()) element.textContent = words.trim();
}
