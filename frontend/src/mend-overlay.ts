/** What lies over the picture while it is mended: points, and a cross for the keyboard. */
import { message } from "./messages";
import { type Place, onDrag, placeOf, put, stepped } from "./places";

interface Acts {
  place(place: Place): void;
  edit(index: number): void;
  move(index: number, place: Place): void;
  remove(index: number): void;
  look(place: Place): void;
}

export class MendOverlay {
  readonly #layer = document.createElement("div");
  readonly #cross = document.createElement("button");
  readonly #list = document.createElement("ol");
  #at: Place = [0.5, 0.5];
  /** Where a point was dragged to since a pointer or a key went down. */
  #moved: Place | undefined;
  #pick: ((place?: Place) => void) | undefined;

  constructor(
    canvas: HTMLElement,
    private readonly acts: Acts,
  ) {
    this.#layer.className = "mend-layer";
    this.#cross.className = "mend-cross";
    this.#cross.type = "button";
    this.#cross.setAttribute("aria-label", message("mendCross"));
    this.#cross.addEventListener("keydown", (event) => {
      const place = stepped(event, this.#at);
      if (!place) return;
      put(this.#cross, (this.#at = place));
      acts.look(place);
    });
    this.#cross.addEventListener("click", (event) => {
      event.stopPropagation();
      this.#choose(this.#at);
    });
    this.#layer.addEventListener("click", (event) => {
      if (!this.#moved) this.#choose(placeOf(event, this.#layer));
    });
    this.#layer.addEventListener("pointerdown", () => (this.#moved = undefined), true);
    this.#layer.addEventListener("keydown", (event) => {
      this.#moved = undefined;
      if (event.key !== "Escape" || !this.isPicking) return;
      event.preventDefault(); // it would close what opens now
      this.#endPicking();
    });
    this.#list.className = "mend-marks";
    this.#list.setAttribute("aria-label", message("mendPoints"));
    this.#layer.append(this.#cross, this.#list);
    put(this.#cross, this.#at);
    canvas.append(this.#layer);
  }

  /** Focus a point; the cross where there is none. */
  focus(index = -1): void {
    const mark = this.#list.children[index]?.querySelector("button");
    (mark ?? this.#cross).focus({ preventScroll: true });
  }

  get isPicking(): boolean {
    return this.#pick !== undefined;
  }

  remove(): void {
    this.#layer.remove();
  }

  /** The next place goes to `act` alone; none, if Escape ends it. */
  pickOnce(act: (place?: Place) => void): void {
    this.#pick = act;
    this.#layer.toggleAttribute("data-picking", true);
    this.focus();
  }

  show(places: readonly Place[], labels: readonly string[]): void {
    const focused = [...this.#list.children].findIndex((item) => item.matches(":focus-within"));
    this.#list.replaceChildren(
      ...places.map((place, index) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "mend-mark";
        button.textContent = String(index + 1);
        button.setAttribute("aria-label", labels[index]!);
        put(item, place);
        this.#listen(button, index, place);
        item.append(button);
        return item;
      }),
    );
    if (focused >= 0) {
      const next = this.#list.children[Math.min(focused, places.length - 1)];
      (next?.querySelector("button") ?? this.#cross).focus({ preventScroll: true });
    }
  }

  #listen(button: HTMLButtonElement, index: number, place: Place): void {
    onDrag(button, this.#layer, (to) => put(button.parentElement!, (this.#moved = to)));
    // After a drag by touch there is no click; after one by mouse there is.
    button.addEventListener("lostpointercapture", () => {
      if (this.#moved) this.acts.move(index, this.#moved);
    });
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      if (this.#moved) return;
      if (this.isPicking) {
        this.#choose(place);
      } else {
        put(this.#cross, (this.#at = place));
        this.acts.edit(index);
      }
    });
    button.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") this.acts.remove(index);
      const next = stepped(event, place);
      if (next) this.acts.move(index, next);
    });
  }

  #choose(place: Place): void {
    put(this.#cross, (this.#at = place));
    if (this.isPicking) this.#endPicking(place);
    else this.acts.place(place);
  }

  #endPicking(place?: Place): void {
    const pick = this.#pick!;
    this.#pick = undefined;
    this.#layer.removeAttribute("data-picking");
    pick(place);
  }
}
