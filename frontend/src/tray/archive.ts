/** Many photos as one zip, which starts by itself once it is made. */
import type { components } from "../api";
import { sendJson } from "../json";
import { message } from "../messages";

type Archive = components["schemas"]["Archive"];

/** Have a zip made and download it; `onProgress` gets words. Rejects with words for people. */
export async function downloadAll(
  photos: readonly string[],
  onProgress: (words: string) => void,
): Promise<void> {
  onProgress(message("zipMaking"));
  let archive = await answerOf(sendJson("/api/v1/archives/", { photos }));
  while (archive.status !== "ready") {
    if (archive.status === "failed") throw new Error(message("zipFailed"));
    const { done, total } = archive;
    onProgress(message("zipProgress", { done: String(done), total: String(total) }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    archive = await answerOf(fetch(archive.urls.self, { headers: { Accept: "application/json" } }));
  }
  onProgress(message("zipReady"));
  location.assign(archive.urls.file!);
}

async function answerOf(request: Promise<Response>): Promise<Archive> {
  const answer = await request.catch(() => undefined);
  if (!answer) throw new Error(message("fileOffline"));
  const found = (await answer.json()) as Archive & { detail?: string };
  if (!answer.ok) throw new Error(found.detail ?? message("zipFailed"));
  return found;
}
