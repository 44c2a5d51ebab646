/** A file that the server makes when it is asked for. */
import { message } from "./messages";

interface Answer {
  state: "queued" | "ready" | "failed";
  progress: number;
  url?: string;
  error?: string;
}

/**
 * Ask for a file until it is there; its address. `onProgress` gets the share done, 0..1. Throws an
 * Error with a message for people.
 */
export async function awaitFile(
  address: string,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  for (;;) {
    const answer = await request(address, signal);
    if (answer.status >= 400 && answer.status !== 500) throw new Error(message("fileFailed"));
    const found = (await answer.json().catch(() => ({ state: "failed" }))) as Answer;
    if (found.url) return found.url;
    if (found.state === "failed") throw new Error(found.error || message("fileFailed"));
    onProgress(found.progress);
    const seconds = Number(answer.headers.get("Retry-After") ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    signal?.throwIfAborted();
  }
}

async function request(address: string, signal?: AbortSignal): Promise<Response> {
  try {
    const headers = { Accept: "application/json" };
    return await fetch(address, { headers, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error(message("fileOffline"), { cause: error });
  }
}
