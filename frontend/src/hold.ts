/** Call `act` with true while a button is pressed, by pointer or key, and with false after it. */
export function whileHeld(button: HTMLElement | null, act: (held: boolean) => void): void {
  const hold = (held: boolean) => {
    button!.setAttribute("aria-pressed", String(held));
    act(held);
  };
  button?.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    hold(true);
  });
  button?.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    hold(true);
  });
  for (const end of ["lostpointercapture", "keyup", "blur"] as const) {
    button?.addEventListener(end, () => hold(false));
  }
  button?.addEventListener("contextmenu", (event) => event.preventDefault());
}
