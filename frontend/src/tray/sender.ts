import { message } from "../messages";
import { Later } from "./send";
import type { Upload } from "./upload";

const MAX_CONCURRENT = 3;
const FIRST_DELAY = 2; // seconds until a cut line is tried again; doubles
const MAX_DELAY = 15;

/** Sends uploads, some at a time, in their order; where the line is cut it goes on by itself. */
export class Sender {
  readonly #waiting: Upload[] = [];
  readonly #onChange: (upload: Upload | undefined) => void;
  /** Else each photo of a newcomer would be another guest's, and a cut one be sent twice. */
  #known: boolean;
  #sending = 0;
  #delay = FIRST_DELAY;
  #timer = 0;
  /** Why it waits; empty while it does not. */
  pause = "";

  constructor(known: boolean, onChange: (upload: Upload | undefined) => void) {
    this.#known = known;
    this.#onChange = onChange;
    addEventListener("online", () => this.#resume());
  }

  add(upload: Upload): void {
    upload.card.showWaiting();
    this.#waiting.push(upload);
    this.#next();
  }

  drop(upload: Upload): void {
    const place = this.#waiting.indexOf(upload);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  #next(): void {
    while (!this.pause && this.#sending < (this.#known ? MAX_CONCURRENT : 1)) {
      const upload = this.#waiting.shift();
      if (!upload) return;
      this.#sending += 1;
      void this.#send(upload).finally(() => {
        this.#sending -= 1;
        this.#next();
      });
    }
  }

  async #send(upload: Upload): Promise<void> {
    try {
      await this.#introduce();
      await upload.send();
      this.#delay = FIRST_DELAY;
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      upload.card.showWaiting();
      this.#waiting.unshift(upload);
      this.#wait(error);
    } finally {
      this.#onChange(upload);
    }
  }

  /** Let the site know a newcomer before the first photo; the start page does. */
  async #introduce(): Promise<void> {
    if (this.#known) return;
    const answer = await fetch("/", { method: "HEAD" }).catch(() => undefined);
    if (!answer?.ok) throw new Later(message(answer ? "serverAway" : "offline"), null);
    this.#known = true;
  }

  #wait({ message: words, seconds }: Later): void {
    if (this.pause) return;
    this.pause = words;
    this.#timer = setTimeout(() => this.#resume(), (seconds ?? this.#delay) * 1000);
    if (seconds === null) this.#delay = Math.min(this.#delay * 2, MAX_DELAY);
  }

  #resume(): void {
    clearTimeout(this.#timer);
    this.pause = "";
    this.#onChange(undefined);
    this.#next();
  }
}
