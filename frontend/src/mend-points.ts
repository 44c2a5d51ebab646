/** The points of a photo that is being mended: what was done can be undone, and survives a reload. */

export interface Point {
  /** In the photo as it came, 0..1. */
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly radius: number;
}

export class MendPoints {
  #steps: (readonly Point[])[];
  #at = 0;

  constructor(
    private readonly key: string,
    saved: readonly Point[],
  ) {
    this.#steps = [saved, ...this.#kept()];
    this.#at = this.#steps.length - 1;
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
      if (this.isChanged) localStorage.setItem(this.key, JSON.stringify(this.now));
      else this.forget();
    } catch {
      // Without storage a reload loses what was not saved.
    }
  }

  #kept(): (readonly Point[])[] {
    try {
      const text = localStorage.getItem(this.key);
      return text ? [JSON.parse(text)] : [];
    } catch {
      return [];
    }
  }
}
