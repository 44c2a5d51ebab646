import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Known, type Messages, type Point, type Shown } from "./run";

const HEIGHT = 220;
const DASHES = [6, 5];

type Line = { label: string; color: string; dash?: number[]; of: (point: Point) => number | undefined };
/** One with no kind draws points of both. */
type Chart = { name: string; kind?: Point["kind"]; lines: (known: Known) => Line[] };

const OURS = "var(--accent)";
const CALM = "var(--calm)";
const OTHERS = "var(--faint)";

/** What is drawn, in this order; each chart has its place in the page by name. */
function charts(messages: Messages): Chart[] {
  const label = (key: string) => messages[key] ?? key;
  const line = (key: string, color: string, of: Line["of"]): Line => ({ label: label(key), color, of });
  const dashed = (key: string, color: string, value: number | undefined): Line => ({
    ...line(key, color, () => value),
    dash: DASHES,
  });
  const shown = (figure: keyof Shown) => (point: Point) => point.values.shown?.[figure];
  return [
    {
      name: "loss",
      lines: () => [
        line("loss", CALM, (point) => (point.kind === "step" ? point.values.loss : undefined)),
        line("checkLoss", OURS, (point) => (point.kind === "check" ? point.values.loss : undefined)),
      ],
    },
    {
      name: "mse",
      kind: "check",
      lines: ({ run: { baseline } }) => [
        line("mean", CALM, (point) => point.values.of_gray),
        dashed("baseline", CALM, baseline.of_gray),
      ],
    },
    {
      name: "psnr",
      kind: "check",
      lines: ({ run: { baseline } }) => [
        line("shown", OURS, shown("psnr")),
        dashed("baseline", OURS, baseline.shown?.psnr),
      ],
    },
    {
      name: "colorfulness",
      kind: "check",
      lines: ({ run: { baseline } }) => [
        line("shown", OURS, shown("colorfulness")),
        dashed("baseline", OURS, baseline.shown?.colorfulness),
        dashed("truth", OTHERS, baseline.true_colorfulness),
      ],
    },
    {
      name: "wrong",
      kind: "check",
      lines: ({ run: { baseline } }) => [
        line("falseColor", OURS, shown("false_color")),
        dashed("baselineFalseColor", OURS, baseline.shown?.false_color),
        line("leftGray", CALM, shown("left_gray")),
        dashed("baselineLeftGray", CALM, baseline.shown?.left_gray),
      ],
    },
    { name: "rate", kind: "step", lines: () => [line("rate", CALM, (point) => point.values.rate)] },
  ];
}

/** The curves of a run, each in an element that says which by `data-curve`. */
export class Curves {
  readonly #messages: Messages;
  readonly #drawn: { chart: Chart; place: HTMLElement; plot: uPlot | undefined }[] = [];
  #kept: number | undefined;

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
    this.#kept = known.kept?.epoch;
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
      last(each.plot);
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
      axes: [axis, { ...axis, size: 62, values: (_plot, ticks) => labels(ticks) }],
      cursor: { points: { size: 6 } },
      legend: {
        markers: { dash: (plot, place) => (plot.series[place]?.dash ? "dashed" : "solid") },
      } as uPlot.Legend,
      hooks: {
        draw: [(plot) => this.#mark(plot)],
        setCursor: [(plot) => plot.cursor.idx ?? last(plot)],
      },
      series: [
        { label: this.#messages["epoch"] ?? "epoch", value: (_plot, value) => formatted(value) },
        ...lines.map((line) => ({
          label: line.label,
          stroke: color(line.color),
          width: 2,
          spanGaps: true,
          ...(line.dash ? { dash: line.dash } : {}),
          points: { show: line.dash ? false : undefined, size: 6 },
          value: (plot: uPlot, _value: number | null, series: number, at: number | null) =>
            formatted(known(plot.data[series] ?? [], at)),
        })),
      ] as uPlot.Series[],
    };
  }

  /** A line at the epoch whose weights are kept. */
  #mark(plot: uPlot): void {
    if (this.#kept === undefined) return;
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(this.#kept, "x", true));
    ctx.save();
    ctx.strokeStyle = resolved(plot.root, OTHERS);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
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

/** The newest values in the legend, for those who do not hover. */
function last(plot: uPlot): void {
  plot.setLegend({ idx: (plot.data[0]?.length ?? 1) - 1 }, false);
}

/** A line's value at a place, or its last one before. */
function known(values: ArrayLike<number | null | undefined>, at: number | null): number | null {
  for (let place = at ?? values.length - 1; place >= 0; place--) {
    const value = values[place];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Ticks with as many digits as tell them apart. */
function labels(ticks: number[]): string[] {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) || 1;
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const small = step < 1e-4;
  return ticks.map((tick) => (small ? tick.toExponential(1) : tick.toFixed(digits)));
}

function formatted(value: number | null): string {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(4)));
}
