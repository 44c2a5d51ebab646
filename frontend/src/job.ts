import type { components } from "./api";

/** A job as the API and the sockets send it. */
export type Job = components["schemas"]["Job"];
export type Status = Job["status"];
export type Stage = Job["stage"];

/** What changes while a job waits and runs. */
export type Moving = Pick<
  Job,
  "id" | "sequence" | "stage" | "progress" | "position" | "eta_seconds"
>;

export function isTerminal(job: Job): boolean {
  return job.status !== "queued" && job.status !== "running";
}
