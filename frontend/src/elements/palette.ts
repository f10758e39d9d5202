/**
 * <cz-palette>: a native dialog with a combobox; the options are rendered by the server (hx-get on the input) beneath
 * the pages and actions that are there from the start and filtered here. Ctrl/⌘ K and / open it.
 */

import { folded } from "../folding";

class Palette extends HTMLElement {
  /** Whether the arrows were used since the last key typed: an answer that comes after them must not undo them. */
  private walked = false;

  private get dialog(): HTMLDialogElement {
    return this.querySelector("dialog")!;
  }

  private get input(): HTMLInputElement {
    return this.querySelector("input[role=combobox]")!;
  }

  connectedCallback(): void {
    document.addEventListener("keydown", this.openByKey);
    document.addEventListener("click", this.openByClick);
    this.input.addEventListener("keydown", this.move);
    this.input.addEventListener("input", this.filter);
    this.addEventListener("htmx:after:swap", () => this.choose(this.walked ? this.here() : 0));
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.openByKey);
    document.removeEventListener("click", this.openByClick);
  }

  open(): void {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.input.select();
    this.filter();
    this.input.dispatchEvent(new Event("palette-opened"));
  }

  private openByKey = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    this.open();
  };

  private openByClick = (event: Event): void => {
    if (!(event.target as Element).closest("[data-palette-open]")) return;
    event.preventDefault();
    this.open();
  };

  private options(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role="option"]')].filter((option) => !option.hidden);
  }

  /** The commands that came with the page are filtered on the spot; the server's answer follows. */
  private filter = (): void => {
    this.walked = false;
    const words = folded(this.input.value).split(/\s+/).filter(Boolean);
    for (const command of this.querySelectorAll<HTMLElement>("[data-command]")) {
      const text = folded(command.textContent ?? "");
      command.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of this.querySelectorAll<HTMLElement>("[role=group]")) {
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    }
    this.choose(0);
  };

  private choose(index: number): void {
    const options = this.options();
    for (const [order, option] of this.querySelectorAll('[role="option"]').entries()) {
      option.setAttribute("aria-selected", "false");
      option.id = `palette-option-${order}`;
    }
    const chosen = options[Math.max(0, Math.min(index, options.length - 1))];
    this.querySelector<HTMLElement>("[role=listbox]")!.hidden = chosen === undefined;
    this.querySelector<HTMLElement>("[data-nothing]")!.hidden = chosen !== undefined;
    if (!chosen) return this.input.removeAttribute("aria-activedescendant");
    chosen.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  /** The place of the chosen option, -1 for none. */
  private here(): number {
    return this.options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  }

  private move = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") this.walk(+1);
    else if (event.key === "ArrowUp") this.walk(-1);
    else if (event.key === "Enter") this.options()[this.here()]?.click();
    else return;
    event.preventDefault();
  };

  private walk(steps: number): void {
    this.walked = true;
    this.choose(this.here() + steps);
  }
}

customElements.define("cz-palette", Palette);
