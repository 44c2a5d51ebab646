/** This tab's turn to send what was left: it lasts as long as the page. */
export function turn(): Promise<void> {
  const { locks } = navigator as { locks?: LockManager }; // none on pages that came by plain http
  if (!locks) return Promise.resolve();
  return new Promise((resolve) => {
    void locks.request("tray", () => {
      resolve();
      return new Promise(() => undefined);
    });
  });
}
