const FIRST_DELAY = 500;
const MAX_DELAY = 15_000;
const POLL_INTERVAL = 3_000;

/** How a page follows something that changes: a websocket, polled while it is down. */
export class Channel {
  readonly #address: string;
  readonly #hear: (message: unknown) => void;
  readonly #poll: () => Promise<void>;
  readonly #catchUp: boolean;
  #socket: WebSocket | undefined;
  #delay = FIRST_DELAY;
  #retry = 0;
  #poller = 0;
  #running = false;

  /** `catchUp`: what the socket says first may not be all; ask once it is open. */
  constructor(
    path: string,
    hear: (message: unknown) => void,
    poll: () => Promise<void>,
    catchUp = false,
  ) {
    const address = new URL(path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#address = address.href;
    this.#hear = hear;
    this.#poll = poll;
    this.#catchUp = catchUp;
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

  #connect(): void {
    if (this.#socket) return;
    this.#startPolling();
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#delay = FIRST_DELAY;
      this.#stopPolling();
      if (this.#catchUp) void this.#poll();
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(String(event.data)));
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#startPolling();
      // Jitter, so that a restarted server does not meet everybody at once.
      this.#retry = setTimeout(() => this.#connect(), this.#delay * (0.5 + Math.random()));
      this.#delay = Math.min(this.#delay * 2, MAX_DELAY);
    };
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    this.#stopPolling();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #startPolling(): void {
    this.#poller ||= setInterval(() => void this.#poll(), POLL_INTERVAL);
  }

  #stopPolling(): void {
    clearInterval(this.#poller);
    this.#poller = 0;
  }
}
