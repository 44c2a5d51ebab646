/** Two of a page's pictures on each other, with a slider between them; the page shows all without. */
export class PhotoSlider extends HTMLElement {
  connectedCallback(): void {
    const pictures = [...document.querySelectorAll<HTMLImageElement>("[data-side]")];
    if (pictures.length < 2) return;
    const below = new Image();
    const above = new Image();
    above.className = "above";
    const stage = document.createElement("div");
    stage.className = "slider-stage";
    stage.append(below, above);
    below.addEventListener("load", () => this.style.setProperty("--natural", `${below.naturalWidth}px`));
    const range = document.createElement("input");
    range.type = "range";
    range.setAttribute("aria-label", this.dataset["label"] ?? "");
    const place = (): void => above.style.setProperty("clip-path", `inset(0 ${100 - Number(range.value)}% 0 0)`);
    range.addEventListener("input", place);
    const choices = document.createElement("p");
    choices.className = "choices";
    choices.append(
      ...chooser(this.dataset["left"] ?? "", pictures, above, "theirs"),
      ...chooser(this.dataset["right"] ?? "", pictures, below, "ours"),
    );
    this.append(choices, stage, range);
    place();
    this.hidden = false;
  }
}

/** A select that puts one of the pictures into an image. */
function chooser(text: string, pictures: HTMLImageElement[], shown: HTMLImageElement, first: string): HTMLElement[] {
  const label = document.createElement("label");
  label.textContent = text;
  const select = document.createElement("select");
  for (const picture of pictures) {
    const caption = picture.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
    select.add(new Option(caption, picture.dataset["side"] ?? ""));
  }
  select.value = first;
  const show = (): void => {
    const picture = pictures.find((each) => each.dataset["side"] === select.value);
    if (!picture) return;
    shown.src = picture.src;
    shown.alt = picture.alt;
  };
  select.addEventListener("change", show);
  show();
  label.append(" ", select);
  return [label];
}
