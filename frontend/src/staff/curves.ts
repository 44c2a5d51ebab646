import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Errors, type Known, type Messages, type Point } from "./run";

const HEIGHT = 220;

type Line = { label: string; color: string; dash?: number[]; of: (point: Point) => number | undefined };
/** One with no kind draws points of both. */
type Chart = { name: string; kind?: Point["kind"]; lines: (known: Known) => Line[] };

const OURS = "var(--accent)";
const CALM = "var(--calm)";
const OTHERS = "var(--faint)";

/** What is drawn, in this order; each chart has its place in the page by name. */
function charts(messages: Messages): Chart[] {
  const label = (key: string) => messages[key] ?? key;
  return [
    {
      name: "loss",
      lines: () =>
        (["step", "check"] as const).map((kind) => ({
          label: label(kind === "step" ? "loss" : "checkLoss"),
          color: kind === "step" ? CALM : OURS,
          of: (point) => (point.kind === kind ? point.values.loss : undefined),
        })),
    },
    ...(["mse", "psnr", "colorfulness"] as (keyof Errors)[]).map((figure): Chart => ({
      name: figure,
      kind: "check",
      lines: ({ run: { baseline } }) => [
        { label: label("mean"), color: CALM, of: (point) => point.values.mean?.[figure] },
        { label: label("shown"), color: OURS, of: (point) => point.values.shown?.[figure] },
        { label: label("baselineMean"), color: CALM, dash: [6, 5], of: () => baseline.mean?.[figure] },
        { label: label("baselineShown"), color: OURS, dash: [6, 5], of: () => baseline.shown?.[figure] },
        ...(figure === "colorfulness"
          ? [
              {
                label: label("truth"),
                color: OTHERS,
                of: (point: Point) => point.values.true_colorfulness,
              },
            ]
          : []),
      ],
    })),
  ];
}

/** The curves of a run, each in an element that says which by `data-curve`. */
export class Curves {
  readonly #messages: Messages;
  readonly #drawn: { chart: Chart; place: HTMLElement; plot: uPlot | undefined }[] = [];

  constructor(root: HTMLElement, messages: Messages) {
    this.#messages = messages;
    for (const chart of charts(messages)) {
      const place = root.querySelector<HTMLElement>(`[data-curve="${chart.name}"]`);
      if (place) this.#drawn.push({ chart, place, plot: undefined });
    }
    new ResizeObserver(() => this.#fit()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
    // The console's own switch between light and dark is a class of the document.
    new MutationObserver(() => this.#redraw()).observe(document.documentElement, {
      attributeFilter: ["class"],
    });
  }

  draw(known: Known): void {
    for (const each of this.#drawn) {
      const points = known.of(each.chart.kind);
      if (!points.length) continue;
      const lines = each.chart.lines(known);
      const data: uPlot.AlignedData = [
        points.map((point) => point.epoch),
        ...lines.map((line) => points.map((point) => line.of(point) ?? null)),
      ];
      if (each.plot) {
        each.plot.setData(data);
      } else {
        each.place.replaceChildren();
        each.plot = new uPlot(this.#options(each.place, lines), data, each.place);
      }
      each.place.dataset["points"] = String(points.length);
    }
  }

  #options(place: HTMLElement, lines: Line[]): uPlot.Options {
    const color = (name: string) => () => resolved(place, name);
    const axis = {
      stroke: color("var(--faint)"),
      grid: { stroke: color("var(--edge)"), width: 1 },
      ticks: { stroke: color("var(--edge)"), width: 1 },
      font: "12px Inter, system-ui, sans-serif",
    };
    return {
      width: place.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false } },
      axes: [axis, { ...axis, size: 62 }],
      cursor: { points: { size: 6 } },
      series: [
        { label: this.#messages["epoch"] ?? "epoch", value: (_plot, value) => formatted(value) },
        ...lines.map((line) => ({
          label: line.label,
          stroke: color(line.color),
          width: 2,
          spanGaps: true,
          ...(line.dash ? { dash: line.dash } : {}),
          points: { show: line.dash ? false : undefined, size: 6 },
          value: (_plot: uPlot, value: number | null) => formatted(value),
        })),
      ] as uPlot.Series[],
    };
  }

  #fit(): void {
    for (const { plot, place } of this.#drawn) {
      plot?.setSize({ width: place.clientWidth, height: HEIGHT });
    }
  }

  #redraw(): void {
    for (const { plot } of this.#drawn) plot?.redraw();
  }
}

/** A custom property's color at a place; a canvas knows no `var()`. */
function resolved(place: HTMLElement, name: string): string {
  const property = name.slice(4, -1);
  return getComputedStyle(place).getPropertyValue(property).trim() || "currentColor";
}

function formatted(value: number | null): string {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(4)));
}
