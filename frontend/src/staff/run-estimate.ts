interface Facts {
  usualSize: number;
  photos: Record<string, number>;
  measured: Record<string, number>;
  measuredAlways: number;
  measuredPerSecond: number;
  presets: Record<string, { throughput: number; epochs: number; size: number }>;
}

/** Says under the form of a new run how long it will take, about, while somebody chooses. */
export class RunEstimate extends HTMLElement {
  connectedCallback(): void {
    const facts = JSON.parse(document.getElementById("run-facts")?.textContent ?? "null") as Facts;
    const form = document.querySelector<HTMLFormElement>("#trainingrun_form");
    if (!form) return;
    const update = () => this.#update(facts, new FormData(form));
    form.addEventListener("input", update);
    update();
  }

  #update(facts: Facts, chosen: FormData): void {
    const preset = facts.presets[String(chosen.get("preset"))];
    const figure = (name: string) => Number(chosen.get(name)) || undefined;
    const sets = chosen.getAll("data_sets").map((id) => facts.photos[String(id)] ?? 0);
    const all = sets.reduce((sum, photos) => sum + photos, 0);
    this.hidden = !preset || !all;
    if (!preset || !all) return;
    const photos = Math.min(all, figure("limit") ?? all);
    const size = (figure("size") ?? preset.size) / facts.usualSize;
    const epochs = figure("epochs") ?? preset.epochs;
    const ofSet = (id: FormDataEntryValue) => facts.measured[String(id)] ?? 0;
    const measured = chosen.getAll("data_sets").reduce((sum, id) => sum + ofSet(id), facts.measuredAlways);
    const checks = ((epochs + 1) * measured) / facts.measuredPerSecond;
    const seconds = (photos * epochs * size ** 2) / preset.throughput + checks;
    const [value, unit] =
      seconds < 90 ? [seconds, "s"] : seconds < 5400 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
    const text = this.dataset["text"] ?? "{time}";
    const time = `${value < 10 ? value.toFixed(1) : Math.round(value)} ${this.dataset[unit] ?? unit}`;
    this.textContent = text.replace("{time}", time);
  }
}
