/** Sentences come translated from the page (`template.messages`); numbers are put in here. */
import type { Job } from "./job";

const language = document.documentElement.lang || "en";

export function message(key: string, values: Record<string, string> = {}): string {
  const all = [...document.querySelectorAll<HTMLTemplateElement>("template.messages")];
  const words = all.find(({ dataset }) => key in dataset)?.dataset[key] ?? "";
  return words.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

export function percent(fraction: number): string {
  return fraction.toLocaleString(language, { style: "percent", maximumFractionDigits: 0 });
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toLocaleString(language, { maximumFractionDigits: 1 });
}

export function stateOf(job: Job): string {
  switch (job.status) {
    case "queued":
      if (job.position === null) return message("starting");
      if (job.position === 1) return message("next");
      return message("position", { position: job.position.toLocaleString(language) });
    case "running":
      return message(job.stage === "colorizing" || job.stage === "saving" ? job.stage : "reading");
    case "failed":
      return job.error?.message || message("failed");
    default:
      return message(job.status);
  }
}

/** "about 5 sec left", or nothing while that is not known. */
export function timeLeftOf(job: Job): string {
  const seconds = job.eta_seconds;
  return seconds === null ? "" : message("timeLeft", { time: duration(seconds) });
}

/** "5 sec", "2 min". */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 90 ? [Math.ceil(seconds), "second"] : [seconds / 60, "minute"];
  return Math.max(1, Math.round(value)).toLocaleString(language, {
    style: "unit",
    unit,
    unitDisplay: "short",
  });
}
