/** What the pages of photos answer to as a whole. */
import type { PhotoStage } from "./photo-stage";

const TYPING = "input, select, textarea, dialog, [popover], .stage[data-zoomed]";

// Panels are popovers where there is no script, and dialogs where there is one: they keep the focus.
document.addEventListener("click", (event) => {
  const pressed = event.target as Element;
  if (pressed.matches(".print-now")) {
    pressed.closest("dialog")!.close();
    void document.querySelector<PhotoStage>("photo-stage")!.loadFull().then(() => print());
  }
  const button = pressed.closest<HTMLButtonElement>("[popovertarget]");
  const dialog = button?.popoverTargetElement;
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  const { open } = dialog;
  button!.closest("dialog")?.close(); // gives the focus back to what opened it
  if (!open) dialog.showModal();
});

document.addEventListener("keydown", (event) => {
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!rel || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if ((event.target as Element).closest(TYPING)) return;
  const next = document.querySelector<HTMLElement>(`.neighbors [rel=${rel}]`);
  if (next?.checkVisibility()) next.click(); // hidden while the picture is worked on
});
