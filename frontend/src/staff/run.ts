/** A training run as the API and the socket send it. */
export interface Run {
  id: string;
  state: "queued" | "running" | "succeeded" | "stopped" | "failed";
  stage: string;
  stop_requested: boolean;
  sequence: number;
  step: number;
  progress: number;
  now: Now;
  baseline: Partial<Figures>;
  options: { epochs?: number };
  log: string;
  error: { code: string; message: string } | null;
  version: string | null;
  version_id: string | null;
  may: { stop: boolean; resume: boolean; delete: boolean };
}

interface Now {
  photos_per_second?: number;
  seconds_left?: number | null;
  device?: string;
  fetched?: number;
  reading?: number;
  gpus?: { busy: number; used: number; total: number }[];
}

/** What people would see; older runs have fewer figures. */
export interface Shown {
  psnr: number;
  colorfulness: number;
  false_color?: number;
  left_gray?: number;
}

/** What the gate would say; `passed` is null where there are too few photos. */
export interface Gate {
  passed: boolean | null;
  photos: number;
  metric?: string;
  margin?: number;
  kind?: string;
}

export interface Figures {
  model: string;
  mse: number;
  of_gray: number;
  shown: Shown;
  true_colorfulness: number;
}

export interface Point {
  id: number;
  kind: "step" | "check";
  step: number;
  epoch: number;
  values: { loss?: number; rate?: number; best?: boolean; size?: number; gate?: Gate } & Partial<Figures>;
}

export interface Sample {
  step: number;
  epoch: number;
  url: string;
}

export interface News {
  run: Run;
  points: Point[];
  samples: Sample[];
  whole?: boolean;
}

export type Messages = Record<string, string>;

/** All that is known of a run, put together from a snapshot and what is news. */
export class Known {
  run: Run;
  readonly points = new Map<string, Point>();
  samples: Sample[] = [];

  constructor(first: News) {
    this.run = first.run;
    this.take({ ...first, whole: true });
  }

  /** The newest point's id: what a poll asks for is newer. */
  get newest(): number {
    return Math.max(0, ...[...this.points.values()].map((point) => point.id));
  }

  take(news: News): void {
    if (news.run.sequence < this.run.sequence) return;
    this.run = news.run;
    if (news.whole) this.points.clear();
    for (const point of news.points) this.points.set(`${point.kind} ${point.step}`, point);
    this.samples = news.samples;
  }

  /** The check whose weights are kept: the last that was the best. */
  get kept(): Point | undefined {
    return this.of("check").findLast((point) => point.values.best);
  }

  /** The points of one kind, or all, in order. */
  of(kind?: Point["kind"]): Point[] {
    return [...this.points.values()]
      .filter((point) => !kind || point.kind === kind)
      .sort((a, b) => a.step - b.step);
  }
}
