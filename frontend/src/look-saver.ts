/** A photo's look, kept by the server a moment after it was last changed. */
import { sendJson } from "./json";
import { message } from "./messages";

export interface Look {
  readonly vividness: number;
  readonly tones: number;
}

const PAUSE = 400; // milliseconds after the last change

export class LookSaver {
  #wanted: Look | undefined;
  #timer = 0;
  #sending = false;

  constructor(
    private readonly address: string,
    private revision: number,
    private readonly show: (words: string) => void,
  ) {
    addEventListener("online", () => void this.#send());
    addEventListener("pagehide", () => void this.#send());
  }

  keep(look: Look): void {
    this.#wanted = look;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), PAUSE);
  }

  async #send(): Promise<void> {
    if (!this.#wanted || this.#sending) return;
    const look = this.#wanted;
    this.#wanted = undefined;
    this.#sending = true;
    try {
      const body = { look: { ...look, revision: this.revision } };
      const answer = await sendJson(this.address, body, "PATCH", true);
      const found = await answer.json();
      if (answer.ok) this.revision = found.look.revision;
      this.show(answer.ok ? message("lookSaved") : found.detail);
    } catch {
      this.#wanted ??= look; // sent again with the next change, or when there is a line
      this.show(message("lookNotSaved"));
      this.#sending = false;
      return;
    }
    this.#sending = false;
    if (this.#wanted) void this.#send();
  }
}
