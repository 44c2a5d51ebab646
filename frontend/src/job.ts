/** A job as the API and the sockets tell it; only what the pages use. */
export type Status = "queued" | "running" | "succeeded" | "failed" | "canceled";
export type Stage = "waiting" | "reading" | "colouring" | "saving" | "done";

/** What changes while a job waits and runs. */
export interface Moving {
  id: string;
  sequence: number;
  stage: Stage;
  /** 0..1 */
  progress: number;
  /** 1 is next; null unless queued */
  position: number | null;
  eta_seconds: number | null;
}

export interface Job extends Moving {
  status: Status;
  error: { code: string; message: string } | null;
  photo: { name: string; title: string; width: number; height: number };
  urls: { page: string; cancel: string | null; card: string | null; grey_card: string };
}

export function isTerminal(job: Job): boolean {
  return job.status !== "queued" && job.status !== "running";
}
