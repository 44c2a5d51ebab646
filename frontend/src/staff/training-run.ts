import { Channel } from "../channel";
import { Checks } from "./checks";
import { Curves } from "./curves";
import { Known, type Messages, type News, type Run } from "./run";

/** The page of a training run: its facts, curves, samples and log, as they come. */
export class TrainingRun extends HTMLElement {
  #known: Known | undefined;
  #messages: Messages = {};
  #curves: Curves | undefined;
  #checks: Checks | undefined;
  #channel: Channel | undefined;

  connectedCallback(): void {
    this.#messages = parsed<Messages>("training-messages");
    this.#known = new Known(parsed<News>("training-run"));
    this.#curves = new Curves(this, this.#messages);
    this.#checks = new Checks(this, this.#messages);
    const poll = this.dataset["poll"] ?? "";
    this.#channel = new Channel(
      this.dataset["events"] ?? "",
      (message) => this.#take(message as News),
      async () => {
        const answer = await fetch(`${poll}?after=${this.#known?.newest ?? 0}`).catch(() => null);
        if (answer?.ok) this.#take((await answer.json()) as News);
      },
    );
    this.#channel.start();
    this.#show();
  }

  disconnectedCallback(): void {
    this.#channel?.stop();
  }

  #take(news: News): void {
    this.#known?.take(news);
    this.#show();
  }

  #show(): void {
    const known = this.#known;
    if (!known) return;
    const { run } = known;
    this.dataset["state"] = run.state;
    this.#text("state", this.#state(run));
    this.#text("stage", run.state === "running" ? this.#word(`stage-${run.stage}`) : "");
    this.#text("progress", `${Math.floor(run.progress * 100)} %`);
    this.#text("place", this.#place(run, known));
    this.#text("speed", speed(run, this.#word("perSecond")));
    this.#text("left", this.#lasting(run.now.seconds_left));
    this.#text("device", device(run));
    this.#text("error", run.error?.message ?? "");
    this.#version(run);
    this.#text("log", run.log);
    for (const bar of this.querySelectorAll("progress")) bar.value = run.progress;
    for (const [what, allowed] of Object.entries(run.may)) this.#allow(what, allowed);
    this.#samples(known);
    this.#curves?.draw(known);
    this.#checks?.draw(known);
  }

  #state(run: Run): string {
    return run.stop_requested ? this.#word("stopping") : this.#word(`state-${run.state}`);
  }

  #place(run: Run, known: Known): string {
    const last = Math.max(0, ...[...known.points.values()].map((point) => point.epoch));
    const epochs = run.options.epochs ?? 0;
    const done = run.state === "running" ? Math.max(last, run.progress * epochs) : last;
    return `${this.#word("epoch")} ${Number(done.toFixed(1))} ${this.#word("of")} ${epochs}`;
  }

  #lasting(seconds: number | null | undefined): string {
    if (!this.#known?.run.may.stop || seconds === null || seconds === undefined) return "–";
    if (seconds < 90) return `${Math.round(seconds)} ${this.#word("seconds")}`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} ${this.#word("minutes")}`;
    return `${(seconds / 3600).toFixed(1)} ${this.#word("hours")}`;
  }

  #version(run: Run): void {
    const link = this.querySelector<HTMLAnchorElement>("[data-versions]");
    if (!link || !run.version_id) return;
    link.textContent = run.version;
    link.href = `${link.dataset["versions"]}${run.version_id}/change/`;
  }

  #samples(known: Known): void {
    const grid = this.querySelector("[data-samples]");
    if (!grid) return;
    for (const sample of known.samples) {
      if (grid.querySelector(`[data-step="${sample.step}"]`)) continue;
      const figure = document.createElement("figure");
      figure.dataset["step"] = String(sample.step);
      const picture = document.createElement("img");
      picture.src = sample.url;
      picture.loading = "lazy";
      const caption = document.createElement("figcaption");
      caption.textContent = `${this.#word("epoch")} ${Number(sample.epoch.toFixed(1))}`;
      picture.alt = caption.textContent;
      figure.append(caption, picture);
      grid.append(figure);
    }
    const steps = new Set(known.samples.map((sample) => String(sample.step)));
    for (const figure of grid.querySelectorAll<HTMLElement>("[data-step]")) {
      if (!steps.has(figure.dataset["step"] ?? "")) figure.remove();
    }
  }

  #allow(what: string, allowed: boolean): void {
    for (const form of document.querySelectorAll<HTMLElement>(`[data-control="${what}"]`)) {
      form.hidden = !allowed;
    }
  }

  #text(field: string, text: string): void {
    for (const place of this.querySelectorAll<HTMLElement>(`[data-field="${field}"]`)) {
      if (place.textContent !== text) place.textContent = text;
    }
  }

  #word(key: string): string {
    return this.#messages[key] ?? key;
  }
}

function speed(run: Run, unit: string): string {
  const throughput = run.state === "running" ? run.now.photos_per_second : undefined;
  return throughput === undefined ? "–" : `${throughput < 10 ? throughput.toFixed(1) : Math.round(throughput)} ${unit}`;
}

function device(run: Run): string {
  const gpus = (run.now.gpus ?? []).map(
    (gpu) => `${gpu.busy} %, ${(gpu.used / 1024).toFixed(1)} / ${(gpu.total / 1024).toFixed(0)} GB`,
  );
  return gpus.length ? gpus.join("; ") : (run.now.device ?? "–");
}

function parsed<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null") as T;
}
