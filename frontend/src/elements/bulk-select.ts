/**
 * <cz-bulk>: round a table whose rows have a checkbox. Shows [data-bulk-bar] while rows are ticked, counts them in
 * [data-bulk-count], ticks a range with Shift, and keeps the box in the head in its three states.
 */

class BulkSelect extends HTMLElement {
  private last = -1;

  connectedCallback(): void {
    this.addEventListener("click", this.selectRange);
    this.addEventListener("change", this.changed);
    this.addEventListener("htmx:after:swap", this.refresh);
    this.refresh();
  }

  private boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("tbody input[type=checkbox][data-row]")];
  }

  private get all(): HTMLInputElement | null {
    return this.querySelector("thead input[type=checkbox]");
  }

  private selectRange = (event: MouseEvent): void => {
    const clear = (event.target as Element).closest("[data-bulk-clear]");
    if (clear) return this.tick(false);
    const boxes = this.boxes();
    const here = boxes.indexOf(event.target as HTMLInputElement);
    if (here < 0) return;
    if (event.shiftKey && this.last >= 0) {
      const [from, to] = here < this.last ? [here, this.last] : [this.last, here];
      for (const box of boxes.slice(from, to + 1)) box.checked = boxes[here]!.checked;
    }
    this.last = here;
    this.refresh();
  };

  private tick(checked: boolean): void {
    for (const box of this.boxes()) box.checked = checked;
    this.refresh();
  }

  private changed = (event: Event): void => {
    if (event.target === this.all) this.tick(this.all!.checked);
    else this.refresh();
  };

  private refresh = (): void => {
    const boxes = this.boxes();
    const ticked = boxes.filter((box) => box.checked).length;
    const bar = this.querySelector<HTMLElement>("[data-bulk-bar]");
    if (bar) bar.hidden = ticked === 0;
    for (const count of this.querySelectorAll("[data-bulk-count]")) count.textContent = String(ticked);
    if (!this.all) return;
    this.all.checked = ticked > 0 && ticked === boxes.length;
    this.all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
}

customElements.define("cz-bulk", BulkSelect);
