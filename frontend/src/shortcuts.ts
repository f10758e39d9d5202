import { open } from "./elements/inline-edit";

/**
 * Keyboard shortcuts: a link or button anywhere on the page names its keys in `data-keys` ("g c", "n a", "?", "/"),
 * and the keys click it. J and K walk the rows of the list, X ticks the current one (with Shift a whole
 * range), E changes it, Enter opens it.
 * Never while typing, and not at all when the user has switched single keys off (WCAG 2.1.4).
 */

const PAUSE_BETWEEN_KEYS = 1000;

let typed = "";
let timer = 0;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

function isOff(): boolean {
  return document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]") !== null;
}

function remember(key: string): void {
  window.clearTimeout(timer);
  typed = `${typed} ${key}`.trim().split(" ").slice(-2).join(" ");
  timer = window.setTimeout(() => (typed = ""), PAUSE_BETWEEN_KEYS);
}

function bound(keys: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-keys="${CSS.escape(keys)}"]`);
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-list-row]")];
}

function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-list-row]") ?? null;
}

function walk(step: number): void {
  const all = rows();
  const here = currentRow();
  const next = here ? all[all.indexOf(here) + step] : all[0];
  if (!next) return;
  const target = next.querySelector<HTMLElement>("[data-row-link], a[href], button");
  target?.focus();
  next.scrollIntoView({ block: "nearest" });
}

function tick(range: boolean): void {
  const box = currentRow()?.querySelector<HTMLInputElement>("input[type=checkbox][data-row]");
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: range }));
}

/** E changes the value that has the focus, else opens the record of the current row. */
function edit(): void {
  const cell = document.activeElement?.closest<HTMLElement>("[data-field]");
  if (cell) return open(cell);
  const link = currentRow()?.querySelector<HTMLAnchorElement>("[data-row-link][data-editable]");
  if (link) location.assign(`${link.getAttribute("href")}edit/`);
}

const rowKeys: Record<string, () => void> = {
  j: () => walk(1),
  k: () => walk(-1),
  e: () => edit(),
  x: () => tick(false),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || isOff() || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  remember(key);
  const target = bound(typed) ?? bound(key);
  if (target) {
    event.preventDefault();
    typed = "";
    target.click();
  } else if (key === "x" && event.shiftKey) tick(true);
  else if (rowKeys[key]) rowKeys[key]();
});
