import { type Gate, type Known, type Messages, type Point } from "./run";

/** A row for every check of a run: its figures, whether it is kept, and what the gate would say. */
export class Checks {
  readonly #body: HTMLElement | null;
  readonly #messages: Messages;

  constructor(root: HTMLElement, messages: Messages) {
    this.#body = root.querySelector("[data-checks]");
    this.#messages = messages;
  }

  draw(known: Known): void {
    if (!this.#body) return;
    const { baseline } = known.run;
    const checks = known.of("check");
    if (!checks.length) return;
    const kept = known.kept;
    const rows = checks.map((check) => this.#row(check, check === kept));
    if (baseline.shown) {
      const served = { values: baseline } as unknown as Point;
      rows.unshift(this.#cells([this.#word("baseline"), ...figures(served), "", ""]));
    }
    this.#body.replaceChildren(...rows);
  }

  #row(check: Point, kept: boolean): HTMLTableRowElement {
    const { gate } = check.values;
    const row = this.#cells([
      String(Number(check.epoch.toFixed(1))),
      ...figures(check),
      kept ? this.#word("kept") : "",
      gate ? this.#verdict(gate, grayError(check)) : "–",
    ]);
    row.dataset["gate"] = gate ? String(gate.passed) : "";
    return row;
  }

  #cells(texts: string[]): HTMLTableRowElement {
    const row = document.createElement("tr");
    for (const [place, text] of texts.entries()) {
      const cell = document.createElement(place ? "td" : "th");
      cell.textContent = text;
      if (place && place < 6) cell.className = "number";
      row.append(cell);
    }
    return row;
  }

  /** In the figures of the other cells: an error is a part of gray's. */
  #verdict({ passed, photos, metric = "", margin = 0, kind = "" }: Gate, ofGray: number): string {
    const key = passed === null ? "gateFew" : passed ? "gatePasses" : "gateFails";
    const figure = Math.abs(margin) / (metric === "mean.mse" ? ofGray : 1);
    const by = `${this.#word(metric)} ${Number(figure.toPrecision(2))}`;
    const what = kind ? `${by} (${kind})` : by;
    return this.#word(key).replace("{photos}", String(photos)).replace("{by}", what);
  }

  #word(key: string): string {
    return this.#messages[key] ?? key;
  }
}

/** Error of gray's, PSNR, colorfulness, false color, left gray. */
function figures({ values: { of_gray, shown } }: Point): string[] {
  return [
    number(of_gray, 3),
    number(shown?.psnr, 2),
    number(shown?.colorfulness, 1),
    percent(shown?.false_color),
    percent(shown?.left_gray),
  ];
}

/** The error of no color at all, on the photos of a check. */
function grayError({ values: { mse, of_gray } }: Point): number {
  return mse && of_gray ? mse / of_gray : 1;
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? "–" : value.toFixed(digits);
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;
}
