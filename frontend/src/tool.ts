/**
 * Open or close a tool of the result page, `mend` or `corners`: its panel stands where the looks
 * were, its button in the bar gets the focus back.
 */
export function openTool(name: string, open: boolean): void {
  const start = document.querySelector<HTMLElement>(`.${name}-start`)!;
  const stage = document.querySelector<HTMLElement>("photo-stage")!;
  start.setAttribute("aria-expanded", String(open));
  document.querySelector<HTMLElement>(`.${name}-panel`)!.hidden = !open;
  stage.toggleAttribute("data-mending", open);
  if (open) stage.scrollIntoView({ block: "nearest" });
  else start.focus();
}
