import type { components } from "../api";
import type { Job } from "../job";
import { message } from "../messages";

/** Why a photo was not accepted, as a sentence, and whether sending it again may help. */
export class Rejected extends Error {
  readonly retriable: boolean;

  constructor(message: string, retriable: boolean) {
    super(message);
    this.retriable = retriable;
  }
}

/** Not now, but by itself: after so many seconds, or where null as soon as there is a line. */
export class Later extends Error {
  readonly seconds: number | null;

  constructor(message: string, seconds: number | null) {
    super(message);
    this.seconds = seconds;
  }
}

type Problem = components["schemas"]["Problem"];

const STALLED = 20_000; // milliseconds without a byte sent
const WORTH_WAITING = 120; // seconds
const UNREACHABLE = [502, 504];

/**
 * Send one photo to the API. `onProgress` gets the share of its bytes that are sent, 0..1.
 *
 * XMLHttpRequest, because fetch does not report how much of an upload is done.
 */
export function send(
  file: File,
  key: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  return new Promise((resolve, reject) => {
    const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")!;
    const request = new XMLHttpRequest();
    const cut = () => reject(new Later(message("offline"), null));
    let timer = 0;
    request.open("POST", "/api/v1/jobs/");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token.value);
    request.setRequestHeader("Idempotency-Key", key);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      clearTimeout(timer);
      if (!event.lengthComputable) return;
      onProgress(event.loaded / event.total);
      if (event.loaded < event.total) timer = setTimeout(() => request.abort(), STALLED);
    };
    request.onload = () => {
      if (request.status === 201 || request.status === 200) resolve(request.response as Job);
      else reject(refusal(request, request.response as Problem | null));
    };
    request.onerror = request.onabort = cut;
    request.onloadend = () => clearTimeout(timer);
    addEventListener("offline", () => request.abort(), { once: true, signal });
    signal.addEventListener("abort", () => {
      reject(signal.reason);
      request.abort();
    });
    const form = new FormData();
    form.append("image", file, file.name || "photo");
    request.send(form);
  });
}

function refusal(request: XMLHttpRequest, problem: Problem | null): Error {
  const { status } = request;
  const words = problem?.errors?.[0]?.detail ?? problem?.detail ?? message("serverTrouble");
  if (UNREACHABLE.includes(status)) return new Later(message("serverAway"), null);
  const wait = Number(request.getResponseHeader("Retry-After") ?? Infinity);
  if ((status === 429 || status === 503) && wait <= WORTH_WAITING) return new Later(words, wait);
  return new Rejected(words, status >= 500 || status === 429);
}
