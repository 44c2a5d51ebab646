/** What the tray says of its photos as a whole. */
import { duration, message } from "../messages";
import type { Upload } from "./upload";

export interface Summary {
  readonly uploads: number;
  readonly done: number;
  /** Without what was refused or canceled. */
  readonly total: number;
  readonly refused: number;
  readonly failed: number;
  readonly busy: boolean;
}

const GOING = ["waiting", "sending", "queued", "running"];

export function summaryOf(uploads: readonly Upload[]): Summary {
  const count = (...states: string[]) =>
    uploads.filter(({ status }) => states.includes(status)).length;
  const [done, going, failed] = [count("succeeded"), count(...GOING), count("failed")];
  const total = done + going + failed;
  return { uploads: uploads.length, done, total, refused: count("refused"), failed, busy: going > 0 };
}

/** "8 of 12 in color, about 20 sec left"; at the end "12 in color, not accepted: 2". */
export function wordsFor(summary: Summary, secondsLeft: number | null): string {
  const { uploads, done, total, refused, failed, busy } = summary;
  const words = [];
  const values = { done: String(done), total: String(total) };
  if (busy && total === 1) words.push(message("trayOne"));
  else if (busy) words.push(message("trayProgress", values));
  else if (done > 0) words.push(message("trayDone", values));
  if (busy && secondsLeft !== null) {
    words.push(message("timeLeft", { time: duration(secondsLeft) }));
  }
  if (failed > 0) words.push(message("trayFailed", { count: String(failed) }));
  if (refused > 0) words.push(message("trayRefused", { count: String(refused) }));
  return words.join(", ") || (uploads > 0 ? message("canceled") : "");
}

/**
 * Seconds until all are in color: what the server says, or as long as the others took; null while
 * neither is known.
 */
export function secondsLeft(uploads: readonly Upload[], summary: Summary, since: number): number | null {
  if (!uploads.some((upload) => upload.isUnsent)) {
    const times = uploads.flatMap(({ status, job }) =>
      GOING.includes(status) ? [job?.eta_seconds ?? NaN] : [],
    );
    const longest = Math.max(...times);
    return Number.isFinite(longest) ? longest : null;
  }
  if (summary.done < 2) return null;
  return ((Date.now() - since) / 1000 / summary.done) * (summary.total - summary.done);
}
