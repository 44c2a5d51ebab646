/** Albums of what was sent together. */
import { sendJson } from "../json";
import { message } from "../messages";

/** Make an album of photos, in their order; its id. Rejects with words for people. */
export async function makeAlbum(title: string, photos: readonly string[]): Promise<string> {
  const made = await answerOf(sendJson("/api/v1/albums/", { title: title.slice(0, 200) }));
  await answerOf(sendJson(`/api/v1/albums/${made.id}/photos/`, { photos }, "PUT"));
  return made.id;
}

async function answerOf(request: Promise<Response>): Promise<{ id: string }> {
  const answer = await request.catch(() => undefined);
  if (!answer) throw new Error(message("fileOffline"));
  const found = (await answer.json()) as { id: string; detail?: string };
  if (!answer.ok) throw new Error(found.detail ?? message("fileOffline"));
  return found;
}
