/**
 * <cz-letter>: round the editor of a template. Placeholders go where the cursor was, the preview follows what is typed.
 * Without this script both are buttons of the form.
 */

import { folded } from "../folding";

type Field = HTMLInputElement | HTMLTextAreaElement;
const PAUSE = 500;

class Letter extends HTMLElement {
  private last: Field | null = null;
  private timer = 0;

  connectedCallback(): void {
    for (const part of this.querySelectorAll<HTMLElement>("[data-scripted]")) part.hidden = false;
    this.addEventListener("focusin", this.remember);
    this.addEventListener("click", this.press);
    this.addEventListener("input", this.typed);
    this.addEventListener("change", this.typed);
    this.show();
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
  }

  private readonly remember = (event: FocusEvent): void => {
    const field = event.target as HTMLElement;
    if (field.matches("[data-insertable]")) this.last = field as Field;
  };

  private readonly press = (event: MouseEvent): void => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-insert], [data-look]");
    if (button?.matches("[data-look]")) this.choose(button);
    if (!button?.matches("[data-insert]")) return;
    event.preventDefault();
    const field = this.last ?? this.querySelector<Field>("textarea[data-insertable]")!;
    field.focus();
    field.setRangeText(`{{ ${button.dataset["insert"]} }}`, field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  private choose(chosen: HTMLButtonElement): void {
    for (const look of this.querySelectorAll("[data-look]")) look.setAttribute("aria-pressed", String(look === chosen));
  }

  private readonly typed = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-palette-search]")) this.filter(folded(field.value));
    else if (!field.matches("[data-phone]")) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.show(), PAUSE);
    }
  };

  private filter(wanted: string): void {
    for (const group of this.querySelectorAll<HTMLElement>("[data-palette-group]")) {
      const buttons = [...group.querySelectorAll<HTMLElement>("[data-insert]")];
      for (const button of buttons) button.hidden = !folded(button.textContent ?? "").includes(wanted);
      group.hidden = buttons.every((button) => button.hidden);
    }
  }

  private show(): void {
    const look = this.querySelector<HTMLButtonElement>('[data-look][aria-pressed="true"]');
    look?.form?.requestSubmit(look);
  }
}

customElements.define("cz-letter", Letter);
