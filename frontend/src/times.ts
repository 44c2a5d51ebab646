/** Moments in the visitor's own time and language; the server writes them in UTC. */
const language = document.documentElement.lang || "en";

export function momentOf(date: Date): string {
  return date.toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
}

/** Write all moments of a page or part anew; days without an hour stay as they are. */
export function localize(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[datetime*="T"]')) {
    time.textContent = momentOf(new Date(time.dateTime));
  }
}

/** Let the server write the next page's moments in this zone. */
export function rememberZone(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timeZone) document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;
}
