/** A notice of the system when photos are done, for who has asked for it. */

/** Whether there is something to ask for: a browser that can, and a person not asked yet. */
export function offersNotice(): boolean {
  return "Notification" in window && isSecureContext && Notification.permission === "default";
}

/** Tell who looks at something else. */
export function notify(words: string): void {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const options = { body: words, data: location.href, icon: "/favicon.ico", tag: "tray" };
  // Phones show notices of service workers alone.
  void navigator.serviceWorker?.ready.then((worker) => worker.showNotification("colorweb", options));
}
