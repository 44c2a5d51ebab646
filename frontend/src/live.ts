import { type Job, type Moving } from "./job";

type Message =
  | { type: "job"; job: Job }
  | { type: "snapshot"; jobs: Job[] }
  | ({ type: "progress" } & Moving);

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
const POLL_INTERVAL = 3_000;

/**
 * Jobs as they change: told by a websocket, asked for by polling while the socket is down.
 *
 * Messages may come late or twice: whatever has a lower `sequence` than is known is dropped.
 */
export class Live {
  readonly #events: string;
  readonly #poll: string;
  readonly #onJob: (job: Job) => void;
  readonly #jobs = new Map<string, Job>();
  #socket: WebSocket | undefined;
  #delay = FIRST_DELAY;
  #retry = 0;
  #poller = 0;
  #running = false;

  constructor(events: string, poll: string, onJob: (job: Job) => void) {
    this.#events = socketAddress(events);
    this.#poll = poll;
    this.#onJob = onJob;
    // An open socket keeps a page out of the back/forward cache.
    addEventListener("pagehide", () => this.#disconnect());
    addEventListener("pageshow", () => this.#running && this.#connect());
  }

  start(): void {
    this.#running = true;
    this.#connect();
  }

  stop(): void {
    this.#running = false;
    this.#disconnect();
  }

  /** Take in a job from wherever it was told. */
  receive(job: Job): void {
    const known = this.#jobs.get(job.id);
    if (known && job.sequence < known.sequence) return;
    this.#jobs.set(job.id, job);
    this.#onJob(job);
  }

  #connect(): void {
    if (this.#socket) return;
    this.#startPolling();
    const socket = new WebSocket(this.#events);
    this.#socket = socket;
    socket.onopen = () => {
      this.#delay = FIRST_DELAY;
      this.#stopPolling();
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(String(event.data)) as Message);
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#startPolling();
      // Jitter, so that a restarted server does not meet everybody at once.
      this.#retry = setTimeout(() => this.#connect(), this.#delay * (0.5 + Math.random()));
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    };
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    this.#stopPolling();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
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

  #startPolling(): void {
    this.#poller ||= setInterval(() => void this.#ask(), POLL_INTERVAL);
  }

  #stopPolling(): void {
    clearInterval(this.#poller);
    this.#poller = 0;
  }

  async #ask(): Promise<void> {
    try {
      const response = await fetch(this.#poll, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const answer = (await response.json()) as Job | { results: Job[] };
      const jobs = "results" in answer ? answer.results : [answer];
      for (const job of jobs.reverse()) this.receive(job);
    } catch {
      // Offline: the next round asks again.
    }
  }
}

function socketAddress(path: string): string {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
