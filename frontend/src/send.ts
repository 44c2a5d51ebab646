import type { components } from "./api";
import type { Job } from "./job";
import { message } from "./messages";

/** Why a photo was not accepted, as a sentence, and whether sending it again may help. */
export class Rejected extends Error {
  readonly retriable: boolean;

  constructor(message: string, retriable: boolean) {
    super(message);
    this.retriable = retriable;
  }
}

type Problem = components["schemas"]["Problem"];

/**
 * Send one photo to the API. `onProgress` gets the share of its bytes that are sent, 0..1.
 *
 * XMLHttpRequest, because fetch does not report how much of an upload is done.
 */
export function send(
  file: File,
  csrfToken: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/jobs/");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Job);
      else reject(refusal(request.status, request.response as Problem | null));
    };
    request.onerror = () => reject(new Rejected(message("offline"), true));
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    const form = new FormData();
    form.append("image", file, file.name || "photo");
    request.send(form);
  });
}

function refusal(status: number, problem: Problem | null): Rejected {
  const words = problem?.errors?.[0]?.detail ?? problem?.detail ?? message("serverTrouble");
  return new Rejected(words, status >= 500 || status === 429);
}
