import { Channel } from "./channel";
import { type Job, type Moving } from "./job";

type Message =
  | { type: "job"; job: Job }
  | { type: "snapshot"; jobs: Job[] }
  | ({ type: "progress" } & Moving);

/**
 * Jobs as they change: sent by a websocket, polled while the socket is down.
 *
 * Messages may come late or twice: whatever has a lower `sequence` than is known is dropped.
 */
export class Live {
  readonly #poll: () => string;
  readonly #onJob: (job: Job) => void;
  readonly #jobs = new Map<string, Job>();
  readonly #channel: Channel;

  /** `catchUp`: the socket's snapshot may not reach back to all jobs of the page: ask for them. */
  constructor(
    events: string,
    poll: () => string,
    onJob: (job: Job) => void,
    catchUp = false,
  ) {
    this.#poll = poll;
    this.#onJob = onJob;
    this.#channel = new Channel(
      events,
      (message) => this.#hear(message as Message),
      () => this.#fetch(),
      catchUp,
    );
  }

  start(): void {
    this.#channel.start();
  }

  stop(): void {
    this.#channel.stop();
  }

  /** Take a job from socket or poll. */
  receive(job: Job): void {
    const known = this.#jobs.get(job.id);
    if (known && job.sequence < known.sequence) return;
    this.#jobs.set(job.id, job);
    this.#onJob(job);
  }

  #hear(message: Message): void {
    if (message.type === "snapshot") {
      // Oldest first, so that a list which puts new ones on top ends up in order.
      for (const job of message.jobs.reverse()) this.receive(job);
    } else if (message.type === "job") {
      this.receive(message.job);
    } else if (message.type === "progress") {
      const known = this.#jobs.get(message.id);
      const { type: _type, ...moving } = message;
      if (known) this.receive({ ...known, ...moving });
    }
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.#poll(), { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const answer = (await response.json()) as Job | { results: Job[] };
      const jobs = "results" in answer ? answer.results : [answer];
      for (const job of jobs.reverse()) this.receive(job);
    } catch {
      // Offline: the next round asks again.
    }
  }
}
