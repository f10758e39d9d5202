/**
 * <cz-bulk>: round a table whose rows have a checkbox. The bar appears by style as soon as one is ticked; what is added
 * here: the count in [data-bulk-count], ranges with Shift, the three states of the box in the head, and the offer of
 * all pages ([data-bulk-all]) once this page is ticked whole.
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

  private get everyPage(): HTMLInputElement | null {
    return this.querySelector("[data-bulk-all] input");
  }

  private selectRange = (event: MouseEvent): void => {
    const clear = (event.target as Element).closest("[data-bulk-clear]");
    if (clear) {
      event.preventDefault();
      return this.tick(false);
    }
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
    else if (event.target === this.everyPage && this.everyPage!.checked) this.tick(true);
    else this.refresh();
  };

  private refresh = (): void => {
    const boxes = this.boxes();
    const ticked = boxes.filter((box) => box.checked).length;
    const whole = ticked > 0 && ticked === boxes.length;
    this.offerEveryPage(whole);
    for (const count of this.querySelectorAll<HTMLElement>("[data-bulk-count]")) {
      count.textContent = this.everyPage?.checked ? (count.dataset.bulkTotal ?? "") : String(ticked);
    }
    if (!this.all) return;
    this.all.checked = whole;
    this.all.indeterminate = ticked > 0 && !whole;
  };

  private offerEveryPage(whole: boolean): void {
    const offer = this.querySelector<HTMLElement>("[data-bulk-all]");
    if (!offer) return;
    offer.hidden = !whole;
    if (!whole) this.everyPage!.checked = false;
  }
}

customElements.define("cz-bulk", BulkSelect);
