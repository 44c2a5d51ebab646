/** Where photos come from: dropped or pasted on any page, or picked in a field of its own. */
import { filesOf, filesOfDrop, type Taken } from "./files";

/** Call `take` with what comes; `over` with whether something is held over the page. */
export function listen(take: (files: Taken[]) => void, over: (held: boolean) => void): void {
  let isOurs = false; // a picture of the page itself that is being dragged
  document.addEventListener("dragstart", () => (isOurs = true));
  document.addEventListener("dragend", () => (isOurs = false));
  const holdsFiles = (event: DragEvent) => !isOurs && event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => {
    // Leaving for nowhere is leaving the window.
    if (!event.relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(false);
    void filesOfDrop(event.dataTransfer!).then(take);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) take(files.map((file) => ({ file, folder: "" })));
  });
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    if (!input.matches("[data-take]")) return;
    take(filesOf(input));
    input.value = "";
  });
}
