import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface Compared {
  name: string;
  /** Epoch, and a value for each chart. */
  points: (number | null)[][];
}

const HEIGHT = 220;
/** Each line has a hue, and dashes or none. */
const LINES = [
  { stroke: "#d9480f" },
  { stroke: "#1c7ed6" },
  { stroke: "#2b8a3e", dash: [6, 5] },
  { stroke: "#9c36b5", dash: [6, 5] },
  { stroke: "#0b7285", dash: [2, 4] },
  { stroke: "#868e96", dash: [2, 4] },
];

/** The curves of several runs, a chart for each figure. */
export class RunComparison extends HTMLElement {
  connectedCallback(): void {
    const runs = JSON.parse(document.getElementById("runs-compared")?.textContent ?? "[]") as Compared[];
    const epochs = [...new Set(runs.flatMap((run) => run.points.map((point) => point[0] ?? 0)))].sort((a, b) => a - b);
    const plots = [...this.querySelectorAll<HTMLElement>("[data-curve]")].map((place, chart) =>
      this.#plot(place, runs, epochs, chart + 1),
    );
    new ResizeObserver(() => {
      for (const plot of plots) {
        plot.setSize({ width: plot.root.parentElement?.clientWidth ?? 300, height: HEIGHT });
      }
    }).observe(this);
  }

  #plot(place: HTMLElement, runs: Compared[], epochs: number[], figure: number): uPlot {
    const faint = getComputedStyle(place).getPropertyValue("--faint");
    const axis = { stroke: faint, grid: { stroke: getComputedStyle(place).getPropertyValue("--edge"), width: 1 } };
    const lines = runs.map((run) => {
      const values = new Map(run.points.map((point) => [point[0], point[figure] ?? null]));
      return epochs.map((epoch) => values.get(epoch) ?? null);
    });
    const options = {
      width: place.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false } },
      axes: [axis, { ...axis, size: 62 }],
      legend: { markers: { dash: (plot: uPlot, at: number) => (plot.series[at]?.dash ? "dashed" : "solid") } },
      series: [
        {},
        ...runs.map((run, at) => ({ label: run.name, width: 2, spanGaps: true, ...LINES[at % LINES.length] })),
      ],
    };
    return new uPlot(options as uPlot.Options, [epochs, ...lines] as uPlot.AlignedData, place);
  }
}
