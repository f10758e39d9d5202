/**
 * <cz-calendar>: the appointments of the firm. All of it is said by data attributes:
 *
 *   data-events     address that answers `?start=&end=` with a list of CalendarEvent (calendar-view.ts)
 *   data-create     page that makes an appointment; opened with `?starts_at=&ends_at=` of the selected range
 *   data-time-zone  the firm's zone            data-locale  it | en
 *   data-moved      "Moved: %s"                data-failed  "%s was not moved: %r"
 *   data-taken-back "Taken back: %s"           data-unreachable  sentence when the events cannot be read
 *
 * A row of `[data-backlog] [data-plan=address data-title]` on the same page may be dragged onto an hour: its address is
 * opened with `&starts_at=`.
 *
 * A drag or a change of length is sent as PATCH `{starts_at, ends_at, version?}` to the event's `patch_url`, shown at
 * once, taken back when refused (the answer's `detail` says why), and undone by the toast. What a drag does, the page
 * of the event does too (WCAG 2.5.7): a click or Enter opens `url`. View and date stay in the address.
 */
import { SeenElement } from "../elements/seen";
import type { CalendarView } from "./calendar-view";

class CalendarElement extends SeenElement {
  private view?: CalendarView;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.view?.destroy();
    this.view = undefined;
  }

  protected override async start(): Promise<void> {
    const { CalendarView } = await import("./calendar-view");
    if (!this.isConnected || this.view) return;
    // FullCalendar sets the height of its own root; ours is set by the style sheet before the script is there.
    const root = document.createElement("div");
    this.replaceChildren(root);
    // It measures itself after the first frame and moves everything: that frame is not shown.
    root.style.visibility = "hidden";
    this.view = new CalendarView(root, this.dataset);
    requestAnimationFrame(() => requestAnimationFrame(() => this.show(root)));
  }

  private show(root: HTMLElement): void {
    root.style.visibility = "";
    this.dataset.ready = "1";
  }
}

customElements.define("cz-calendar", CalendarElement);
