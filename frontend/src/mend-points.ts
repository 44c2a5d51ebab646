/** The points of a photo that is being mended: what was done can be undone, and survives a reload. */

export interface Point {
  /** In the photo as it came, 0..1. */
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly radius: number;
}

/** What a browser keeps: all that was done since the version was saved, and where one stands. */
interface Kept {
  readonly steps: readonly (readonly Point[])[];
  readonly at: number;
}

const MAX_KEPT = 50; // steps

/** What a key asks for, as in other programs. */
export function stepOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): "undo" | "redo" | null {
  if (!ctrlKey && !metaKey) return null;
  if (key.toLowerCase() === "z") return shiftKey ? "redo" : "undo";
  return key.toLowerCase() === "y" ? "redo" : null;
}

export class MendPoints {
  #steps: (readonly Point[])[];
  #at: number;

  constructor(
    private readonly key: string,
    saved: readonly Point[],
  ) {
    const { steps, at } = this.#kept();
    this.#steps = [saved, ...steps];
    this.#at = at;
  }

  get now(): readonly Point[] {
    return this.#steps[this.#at]!;
  }

  get isChanged(): boolean {
    return JSON.stringify(this.now) !== JSON.stringify(this.#steps[0]);
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#steps.length - 1;
  }

  change(points: readonly Point[]): void {
    this.#steps = [...this.#steps.slice(0, this.#at + 1), points];
    this.#at += 1;
    this.#keep();
  }

  undo(): void {
    if (this.canUndo) this.#at -= 1;
    this.#keep();
  }

  redo(): void {
    if (this.canRedo) this.#at += 1;
    this.#keep();
  }

  /** Nothing is to be mended any more. */
  forget(): void {
    localStorage.removeItem(this.key);
  }

  #keep(): void {
    try {
      const left = Math.max(0, this.#steps.length - 1 - MAX_KEPT);
      const kept: Kept = { steps: this.#steps.slice(1 + left), at: Math.max(0, this.#at - left) };
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Without storage a reload loses what was not saved.
    }
  }

  #kept(): Kept {
    const nothing = { steps: [], at: 0 };
    try {
      const text = localStorage.getItem(this.key);
      return text ? JSON.parse(text) : nothing;
    } catch {
      return nothing;
    }
  }
}
