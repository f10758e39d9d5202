/**
 * <cz-pick>: round a native <select> with many options. Replaces it by a button that opens a searchable list; the
 * select stays underneath, keeps the value and sends `change`, so forms and htmx notice no difference.
 */

import { folded } from "../folding";

let count = 0;

class FieldPick extends HTMLElement {
  private readonly key = `pick-${++count}`;
  private readonly button = document.createElement("button");
  private readonly panel = document.createElement("div");
  private readonly input = document.createElement("input");
  private readonly list = document.createElement("ul");

  private get select(): HTMLSelectElement {
    return this.querySelector("select")!;
  }

  connectedCallback(): void {
    if (this.contains(this.button)) return;
    this.drawButton();
    this.drawPanel();
    this.select.hidden = true;
    this.append(this.button, this.panel);
    if (!this.select.value) this.button.classList.add("pick-blank");
  }

  private drawButton(): void {
    this.button.type = "button";
    this.button.className = "select pick-button";
    this.button.textContent = this.select.selectedOptions[0]?.textContent ?? "";
    this.button.setAttribute("popovertarget", this.key);
    this.button.setAttribute("aria-haspopup", "dialog");
    this.button.setAttribute("aria-label", `${this.select.getAttribute("aria-label") ?? ""}: ${this.button.textContent}`);
    const described = this.select.getAttribute("aria-describedby");
    if (described) this.button.setAttribute("aria-describedby", described);
  }

  private drawPanel(): void {
    const name = this.select.getAttribute("aria-label") ?? "";
    this.panel.id = this.key;
    this.panel.popover = "auto";
    this.panel.className = "menu-popover pick-panel";
    this.panel.addEventListener("beforetoggle", this.opening);
    Object.assign(this.input, { type: "search", className: "input", autocomplete: "off", autofocus: true });
    for (const [attribute, value] of Object.entries({
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": `${this.key}-list`,
      "aria-label": name,
    })) {
      this.input.setAttribute(attribute, value);
    }
    this.input.addEventListener("input", this.filter);
    this.input.addEventListener("keydown", this.move);
    this.list.id = `${this.key}-list`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", name);
    this.list.addEventListener("click", this.taken);
    this.panel.append(this.input, this.list);
  }

  /** Before it shows, so that nothing typed at once is lost; the list takes the focus by `autofocus`. */
  private opening = (event: Event): void => {
    if ((event as ToggleEvent).newState !== "open") return;
    this.input.value = "";
    this.filter();
  };

  /** What is typed here concerns only the list: a preview beside the form must not be asked again. */
  private filter = (event?: Event): void => {
    event?.stopPropagation();
    const words = folded(this.input.value).split(/\s+/).filter(Boolean);
    const options = [...this.select.options].filter(
      (option) => option.value && words.every((word) => folded(`${headingOf(option)} ${option.text}`).includes(word)),
    );
    this.list.replaceChildren(...options.flatMap((option, place) => this.drawn(option, options[place - 1])));
    this.choose(Math.max(0, options.findIndex((option) => option.selected)));
  };

  private drawn(option: HTMLOptionElement, before: HTMLOptionElement | undefined): HTMLElement[] {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.className = "menu-item";
    item.dataset["value"] = option.value;
    item.textContent = option.text;
    if (before && headingOf(before) === headingOf(option)) return [item];
    const heading = document.createElement("li");
    heading.setAttribute("role", "presentation");
    heading.className = "pick-heading";
    heading.textContent = headingOf(option);
    return [heading, item];
  }

  private items(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private choose(index: number): void {
    const items = this.items();
    for (const [place, item] of items.entries()) {
      item.id = `${this.key}-option-${place}`;
      item.setAttribute("aria-selected", String(place === index));
    }
    const chosen = items[index];
    if (!chosen) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  private move = (event: KeyboardEvent): void => {
    const items = this.items();
    const here = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.choose(Math.max(0, Math.min(here + step, items.length - 1)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (items[here]) this.take(items[here]);
    }
  };

  private taken = (event: Event): void => {
    const item = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (item) this.take(item);
  };

  private take(item: HTMLElement): void {
    this.select.value = item.dataset["value"] ?? "";
    this.button.textContent = item.textContent;
    this.panel.hidePopover();
    this.button.focus();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function headingOf(option: HTMLOptionElement): string {
  return option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : "";
}

customElements.define("cz-pick", FieldPick);
