/**
 * Changing a value where it is shown. A cell names its field in `data-field`; the address of the record is that of the
 * row's link, or stands in `data-record` around. Click, or Enter on the focused cell, opens the editor that the server
 * renders; Enter saves, leaving saves what was changed, Escape gives the value back as it was. In a row the arrows to
 * the left and right walk the cells.
 */

import { htmx } from "../htmx";

const INTERACTIVE = "a, button, input, select, textarea, label, form, summary";
const shown = new WeakMap<HTMLElement, string>();

function cellOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-field]") : null;
}

function recordOf(cell: HTMLElement): string | null {
  const around = cell.closest<HTMLElement>("[data-record]");
  if (around) return around.dataset.record!;
  const link = cell.closest("[data-list-row]")?.querySelector<HTMLAnchorElement>("[data-row-link]");
  return link?.getAttribute("href") ?? null;
}

export function open(cell: HTMLElement): void {
  const record = recordOf(cell);
  if (!record || cell.querySelector("[data-inline]")) return;
  shown.set(cell, cell.innerHTML);
  void htmx.ajax("GET", `${record}field/${cell.dataset.field}/`, { target: cell, swap: "innerHTML" });
}

function close(cell: HTMLElement): void {
  const before = shown.get(cell);
  if (before === undefined) return;
  cell.innerHTML = before;
  htmx.process(cell);
  focus(cell);
}

function focus(cell: HTMLElement): void {
  cell.tabIndex = -1;
  cell.focus({ preventScroll: false });
}

function state(form: HTMLFormElement): string {
  return new URLSearchParams([...new FormData(form)].map(([key, value]) => [key, String(value)])).toString();
}

const opened = new WeakMap<HTMLFormElement, string>();

function begin(cell: HTMLElement): void {
  const form = cell.querySelector<HTMLFormElement>("[data-inline]");
  if (!form) return focus(cell);
  opened.set(form, state(form));
  const input = form.querySelector<HTMLElement>("select, textarea, input:not([type=hidden])");
  input?.focus();
  if (input instanceof HTMLInputElement && input.type !== "checkbox") input.select();
  if (input instanceof HTMLSelectElement) showOptions(input);
}

function showOptions(select: HTMLSelectElement): void {
  try {
    select.showPicker();
  } catch {
    // Not without a fresh click, says the browser: the select has the focus and opens with a key.
  }
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const cell = cellOf(target);
  if (!cell) return;
  if (target.closest("[data-inline-cancel]") && shown.has(cell)) {
    event.preventDefault();
    close(cell);
  } else if (!target.closest(INTERACTIVE) && !String(window.getSelection())) open(cell);
});

document.addEventListener("htmx:after:swap", (event) => {
  const cell = cellOf(event.target);
  if (cell && (shown.has(cell) || cell.querySelector("[data-inline]"))) begin(cell);
});

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  const form = target.closest?.<HTMLFormElement>("[data-inline]");
  const cell = cellOf(target);
  if (form && cell && event.key === "Escape") {
    event.preventDefault();
    close(cell);
  } else if (form && event.key === "Enter" && target instanceof HTMLSelectElement) {
    event.preventDefault();
    form.requestSubmit();
  } else if (!form && cell === target && event.key === "Enter") {
    event.preventDefault();
    open(cell);
  } else if (!form) walk(event, target);
});

/** From the link of the row to its cells and back. */
function walk(event: KeyboardEvent, target: HTMLElement): void {
  const row = target.closest?.<HTMLElement>("[data-list-row]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!row || !step || target.matches("input, select, textarea")) return;
  const stops = [...row.querySelectorAll<HTMLElement>("[data-row-link], [data-field]")];
  const here = stops.indexOf(target.closest<HTMLElement>("[data-row-link], [data-field]")!);
  const next = stops[here + step];
  if (!next) return;
  event.preventDefault();
  if (next.matches("[data-field]")) focus(next);
  else next.focus();
}

document.addEventListener("change", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("[data-inline]");
  if (form && event.target instanceof HTMLSelectElement) form.requestSubmit();
});

document.addEventListener("focusout", (event) => {
  const form = (event.target as Element).closest?.<HTMLFormElement>("[data-inline]");
  const cell = cellOf(event.target);
  const next = event.relatedTarget as Node | null;
  if (!form || !cell || !shown.has(cell) || form.contains(next) || form.matches(".htmx-request")) return;
  // The picker of a select takes the focus away and gives it back.
  window.setTimeout(() => {
    if (!form.isConnected || form.contains(document.activeElement)) return;
    if (opened.get(form) === state(form)) restore(cell);
    else form.requestSubmit();
  }, 120);
});

/** Without taking the focus back from where the person has gone. */
function restore(cell: HTMLElement): void {
  const before = shown.get(cell);
  if (before === undefined) return;
  cell.innerHTML = before;
  htmx.process(cell);
}
