/**
 * <cz-toasts>: the one polite live region. Toasts come rendered by the server (django messages), or as a `toast`
 * event: HX-Trigger of a partial answer, or toast() below. Each leaves after 8 s, waits while it is hovered or holds
 * the focus; an error stays until it is closed.
 */

export interface Toast {
  text: string;
  kind?: string;
  /** POST this address to take the change back … */
  undo?: string;
  /** … or call this. */
  onUndo?: () => void;
}

const LIFE = 8000;
const LIFE_AFTER_ATTENTION = 4000;

export function toast(detail: Toast): void {
  document.dispatchEvent(new CustomEvent("toast", { detail }));
}

class Toasts extends HTMLElement {
  connectedCallback(): void {
    document.addEventListener("toast", this.receive);
    this.addEventListener("click", this.close);
    for (const item of this.items()) this.keep(item);
  }

  disconnectedCallback(): void {
    document.removeEventListener("toast", this.receive);
  }

  private items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-toast]")];
  }

  private receive = (event: Event): void => {
    const detail = (event as CustomEvent<Toast | { toasts: Toast[] }>).detail;
    for (const one of "toasts" in detail ? detail.toasts : [detail]) this.show(one);
  };

  private show(detail: Toast): void {
    const item = this.template(detail.kind === "error" ? "error" : "plain");
    item.querySelector("[data-text]")!.textContent = detail.text;
    this.offerUndo(item, detail);
    this.append(item);
    this.keep(item);
  }

  private template(kind: "plain" | "error"): HTMLElement {
    const source = this.querySelector<HTMLTemplateElement>(`template[data-kind="${kind}"]`)!;
    return source.content.firstElementChild!.cloneNode(true) as HTMLElement;
  }

  private offerUndo(item: HTMLElement, detail: Toast): void {
    const form = item.querySelector<HTMLFormElement>("form[data-undo]");
    if (!form) return;
    if (!detail.undo && !detail.onUndo) return form.remove();
    if (detail.undo) form.action = detail.undo;
    if (detail.onUndo) form.addEventListener("submit", (event) => this.callUndo(event, item, detail.onUndo!));
    form.querySelector<HTMLInputElement>("[name=next]")!.value = location.pathname + location.search;
  }

  private callUndo(event: Event, item: HTMLElement, undo: () => void): void {
    event.preventDefault();
    item.remove();
    undo();
  }

  private close = (event: Event): void => {
    const button = (event.target as Element).closest("[data-close]");
    button?.closest("[data-toast]")?.remove();
  };

  private keep(item: HTMLElement): void {
    if (item.dataset.toast === "error") return;
    let timer = window.setTimeout(() => item.remove(), LIFE);
    const wait = () => window.clearTimeout(timer);
    const resume = () => {
      wait();
      timer = window.setTimeout(() => item.remove(), LIFE_AFTER_ATTENTION);
    };
    item.addEventListener("mouseenter", wait);
    item.addEventListener("focusin", wait);
    item.addEventListener("mouseleave", resume);
    item.addEventListener("focusout", resume);
  }
}

customElements.define("cz-toasts", Toasts);
