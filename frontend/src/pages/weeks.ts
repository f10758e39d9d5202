/**
 * <cz-weeks>: a proposal for some weeks, adjusted before it is accepted. A meeting (`[data-visit]`) is dragged onto a
 * free hour (`[data-slot]`), onto a day, which takes its first free hour, or onto another meeting, which changes places
 * with it: with a mouse by its row, with a finger by its handle. Without dragging (WCAG 2.5.7) the handle is pressed and
 * an hour is chosen, or the hour is written. Each way writes the hour into the row's field and presses the row's button:
 * the server holds it against hours, calendar and cadence at once and answers with the plan, where whoever was refused
 * stands where he stood, with the reason.
 */
const NEAR = 5;
const EDGE = 72;
const STEP = 14;
const TARGETS = "[data-slot], [data-visit], [data-day]";

interface Drag {
  row: HTMLElement;
  x: number;
  y: number;
  ghost?: HTMLElement;
  target?: HTMLElement;
}

class Weeks extends HTMLElement {
  private drag?: Drag;
  private picked?: HTMLElement;
  private hasDragged = false;
  private turning = 0;

  connectedCallback(): void {
    for (const grip of this.all("[data-grip]")) grip.hidden = false;
    this.addEventListener("pointerdown", this.grab);
    this.addEventListener("click", this.press, { capture: true });
    this.addEventListener("keydown", this.key);
    this.addEventListener("htmx:finally:request", this.settle);
    if (this.dataset.moved) this.row(this.dataset.moved)?.querySelector<HTMLElement>("[data-grip]")?.focus();
    this.dataset.ready = "1";
  }

  disconnectedCallback(): void {
    this.letGo();
  }

  private all(selector: string): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(selector)];
  }

  private row(client: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-visit="${CSS.escape(client)}"]`);
  }

  // Dragging

  private grab = (event: PointerEvent): void => {
    const from = event.target as HTMLElement;
    const row = from.closest<HTMLElement>("[data-visit]");
    const isGrip = from.closest("[data-grip]") !== null;
    this.hasDragged = false;
    if (!row || event.button !== 0 || this.ariaBusy === "true") return;
    if (!isGrip && (event.pointerType !== "mouse" || from.closest("input, button"))) return;
    this.drag = { row, x: event.clientX, y: event.clientY };
    document.addEventListener("pointermove", this.carry);
    document.addEventListener("pointerup", this.drop);
    document.addEventListener("pointercancel", this.letGo);
    document.addEventListener("keydown", this.escape, { capture: true });
  };

  private carry = (event: PointerEvent): void => {
    const drag = this.drag;
    if (!drag) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < NEAR) return;
      this.begin(drag);
    }
    event.preventDefault();
    drag.x = event.clientX;
    drag.y = event.clientY;
    this.follow(drag);
  };

  private begin(drag: Drag): void {
    this.unpick();
    drag.ghost = document.createElement("div");
    drag.ghost.className = "weeks-ghost";
    drag.ghost.textContent = drag.row.dataset.name ?? "";
    document.body.append(drag.ghost);
    drag.row.classList.add("is-dragged");
    this.classList.add("is-placing", "is-dragging");
    window.getSelection()?.removeAllRanges();
    this.turning = requestAnimationFrame(this.turn);
  }

  private follow(drag: Drag): void {
    drag.ghost!.style.transform = `translate(${drag.x + 12}px, ${drag.y + 8}px)`;
    // A notice that lies over the plan for a while is looked through.
    const under = document.elementsFromPoint(drag.x, drag.y).find((element) => this.contains(element));
    const found = under?.closest<HTMLElement>(TARGETS) ?? undefined;
    const target = found === drag.row ? undefined : found;
    if (target === drag.target) return;
    drag.target?.classList.remove("is-target");
    target?.classList.add("is-target");
    drag.target = target;
  }

  /** Near the edge of the window the page goes on. */
  private turn = (): void => {
    const drag = this.drag;
    if (!drag?.ghost) return;
    const by = drag.y < EDGE ? -STEP : drag.y > window.innerHeight - EDGE ? STEP : 0;
    if (by) {
      window.scrollBy({ top: by, behavior: "instant" });
      this.follow(drag);
    }
    this.turning = requestAnimationFrame(this.turn);
  };

  private drop = (): void => {
    const drag = this.drag;
    const target = drag?.target;
    const hasDragged = drag?.ghost !== undefined;
    this.letGo();
    if (drag && target) this.place(drag.row, target);
    // The click that ends a drag comes at once, or not at all.
    this.hasDragged = hasDragged;
    window.setTimeout(() => (this.hasDragged = false));
  };

  private letGo = (): void => {
    cancelAnimationFrame(this.turning);
    document.removeEventListener("pointermove", this.carry);
    document.removeEventListener("pointerup", this.drop);
    document.removeEventListener("pointercancel", this.letGo);
    document.removeEventListener("keydown", this.escape, { capture: true });
    this.drag?.ghost?.remove();
    this.drag?.row.classList.remove("is-dragged");
    this.drag?.target?.classList.remove("is-target");
    this.drag = undefined;
    this.classList.remove("is-dragging");
    if (!this.picked) this.classList.remove("is-placing");
  };

  private escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.letGo();
  };

  // Choosing

  private press = (event: MouseEvent): void => {
    if (this.hasDragged) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const on = event.target as HTMLElement;
    const grip = on.closest("[data-grip]");
    const slot = on.closest<HTMLElement>("[data-slot]");
    if (grip) this.pick(grip.closest<HTMLElement>("[data-visit]")!);
    else if (slot && this.picked) this.place(this.picked, slot);
  };

  private pick(row: HTMLElement): void {
    const isAgain = row === this.picked;
    this.unpick();
    if (isAgain) return;
    this.picked = row;
    row.classList.add("is-picked");
    row.querySelector("[data-grip]")!.setAttribute("aria-pressed", "true");
    this.classList.add("is-placing");
    for (const slot of this.all("[data-slot]")) (slot as HTMLButtonElement).disabled = false;
    this.querySelector("[data-told]")!.textContent = (this.dataset.choose ?? "").replace("%s", row.dataset.name ?? "");
    const near = row.closest("[data-day]")?.querySelector<HTMLElement>("[data-slot]");
    (near ?? this.querySelector<HTMLElement>("[data-slot]"))?.focus();
  }

  private unpick(): void {
    const row = this.picked;
    if (!row) return;
    this.picked = undefined;
    row.classList.remove("is-picked");
    row.querySelector("[data-grip]")!.setAttribute("aria-pressed", "false");
    this.classList.remove("is-placing");
    for (const slot of this.all("[data-slot]")) (slot as HTMLButtonElement).disabled = true;
    this.querySelector("[data-told]")!.textContent = "";
  }

  private key = (event: KeyboardEvent): void => {
    const on = event.target as HTMLElement;
    if (event.key === "Enter" && on.matches('[name^="at."]')) {
      event.preventDefault();
      this.send(on.closest<HTMLElement>("[data-visit]")!);
    } else if (this.picked && event.key === "Escape") {
      event.preventDefault();
      const grip = this.picked.querySelector<HTMLElement>("[data-grip]");
      this.unpick();
      grip?.focus();
    } else if (this.picked && on.matches("[data-slot]")) this.walk(event, on);
  };

  private walk(event: KeyboardEvent, from: HTMLElement): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const slots = this.all("[data-slot]");
    slots[slots.indexOf(from) + step]?.focus();
  }

  // Asking the server

  private place(row: HTMLElement, target: HTMLElement): void {
    const to = target.matches("[data-day]") ? target.querySelector<HTMLElement>("[data-slot]") : target;
    if (!to) return;
    const own = field(row, "at");
    if (to.dataset.slot) own.value = to.dataset.slot;
    else {
      own.value = field(to, "was").value;
      field(to, "at").value = field(row, "was").value;
    }
    this.send(row);
  }

  private send(row: HTMLElement): void {
    this.unpick();
    row.querySelector<HTMLButtonElement>('button[name="moved"]')!.click();
    this.ariaBusy = "true";
  }

  /** Still here: no answer came that could be shown, so that everybody stands where he stood. */
  private settle = (): void => {
    window.setTimeout(() => {
      if (!this.isConnected) return;
      this.ariaBusy = "false";
      for (const row of this.all("[data-visit]")) field(row, "at").value = field(row, "was").value;
    });
  };
}

function field(row: HTMLElement, name: "at" | "was"): HTMLInputElement {
  return row.querySelector<HTMLInputElement>(`[name="${name}.${row.dataset.visit}"]`)!;
}

customElements.define("cz-weeks", Weeks);
