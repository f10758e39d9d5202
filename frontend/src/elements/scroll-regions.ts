/**
 * A table that is wider than the screen scrolls inside `.table-scroll`; while it does, the keyboard must be able to
 * scroll it too, so it takes the focus, named like its caption or heading;
 * as a group: a landmark would repeat the one round it.
 */

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target instanceof HTMLElement) update(target);
});

function update(box: HTMLElement): void {
  const scrolls = box.scrollWidth > box.clientWidth;
  if (scrolls === box.hasAttribute("tabindex")) return;
  if (!scrolls) {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    return;
  }
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", nameOf(box));
}

function nameOf(box: HTMLElement): string {
  const named = box.querySelector("caption") ?? box.closest(".panel")?.querySelector("h2, h3");
  return (named ?? document.querySelector("h1"))?.textContent?.trim() ?? "";
}

function observeAll(): void {
  for (const box of document.querySelectorAll<HTMLElement>(".table-scroll")) widths.observe(box);
}

observeAll();
document.addEventListener("htmx:after:swap", observeAll);
