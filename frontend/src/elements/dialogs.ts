/**
 * Dialogs and popovers are native: `<button commandfor="id" command="show-modal">` and `popovertarget`.
 * What is added here: a way for browsers without commands, closing on a click beside the dialog, arrow keys in menus,
 * and a place for a popover where the browser cannot anchor it.
 */

const knowsCommands = "commandForElement" in HTMLButtonElement.prototype;
const knowsAnchors = CSS.supports("position-area", "block-end");

function runCommand(button: HTMLButtonElement): void {
  const dialog = document.getElementById(button.getAttribute("commandfor") ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (button.getAttribute("command") === "show-modal") dialog.showModal();
  else dialog.close();
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target instanceof HTMLDialogElement && target.dataset.dismiss !== "never") target.close();
  const button = target.closest<HTMLButtonElement>("button[commandfor]");
  if (button && !knowsCommands) runCommand(button);
});

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target as HTMLElement;
    if (knowsAnchors || !menu.matches(".menu-popover") || (event as ToggleEvent).newState !== "open") return;
    const opener = document.querySelector(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
    if (opener) placeUnder(menu, opener);
  },
  { capture: true },
);

function placeUnder(menu: HTMLElement, opener: DOMRect): void {
  const left = Math.min(opener.left, window.innerWidth - menu.offsetWidth - 8);
  const fitsBelow = opener.bottom + menu.offsetHeight + 8 < window.innerHeight;
  menu.style.position = "fixed";
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${fitsBelow ? opener.bottom + 4 : Math.max(8, opener.top - menu.offsetHeight - 4)}px`;
}

document.addEventListener("keydown", (event) => {
  const menu = (event.target as Element).closest<HTMLElement>(".menu-popover");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const items = [...menu.querySelectorAll<HTMLElement>("a[href], button:not([disabled])")];
  const here = items.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 };
  items.at(steps[event.key]! % items.length)?.focus();
  event.preventDefault();
});
