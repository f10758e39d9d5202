/** FullCalendar with our looks, texts and ways of saving; fetched by <cz-calendar> (calendar.ts). */
import { Calendar, type CalendarOptions, type EventApi, type EventInput } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction, { Draggable } from "fullcalendar/interaction";
import list from "fullcalendar/list";
import italian from "fullcalendar/locales/it";
import english from "fullcalendar/locales/en-gb";
import theme from "fullcalendar/themes/breezy";
import timeGrid from "fullcalendar/timegrid";
import { toast } from "../elements/toasts";
import { RequestFailed, sendJson } from "../http";

export interface CalendarEvent {
  id: number;
  title: string;
  start: string;
  end?: string;
  allDay?: boolean;
  url?: string;
  editable?: boolean;
  patch_url?: string;
  /** Sent back as it is, so that a change made meanwhile by somebody else is noticed. */
  version?: number | string;
  /** One of the tones of tones.css. */
  tone?: string;
  /** The address of the symbol of its type. */
  symbol?: string;
  /** planned, held, cancelled, no_show: what is over is shown quieter. */
  state?: string;
}

interface Change {
  event: EventApi;
  oldEvent: EventApi;
  revert: () => void;
}

const SVG = "http://www.w3.org/2000/svg";
const PHONE = "(max-width: 47rem)";
const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
const VIEWS = ["dayGridMonth", "timeGridWeek", "timeGridDay", "listWeek"];

export class CalendarView {
  private readonly calendar: Calendar;
  private readonly backlog?: Draggable;

  /** `said` are the data attributes of the element. */
  constructor(
    root: HTMLElement,
    private readonly said: DOMStringMap,
  ) {
    this.calendar = new Calendar(root, this.options());
    this.calendar.render();
    this.backlog = backlog();
  }

  destroy(): void {
    this.backlog?.destroy();
    this.calendar.destroy();
  }

  private options(): CalendarOptions {
    const isPhone = window.matchMedia(PHONE).matches;
    return {
      plugins: [dayGrid, timeGrid, list, interaction, theme],
      locale: this.said.locale === "it" ? italian : english,
      timeZone: this.said.timeZone,
      firstDay: 1,
      weekNumbers: true,
      weekNumberCalculation: "ISO",
      nowIndicator: true,
      ...this.place(isPhone),
      ...looks(isPhone),
      businessHours: JSON.parse(this.said.hours ?? "[]") as CalendarOptions["businessHours"],
      ...readable,
      ...this.exchange(),
    };
  }

  /** Where the page stands: view and date are part of the address, so that a reload or a link keeps them. */
  private place(isPhone: boolean): CalendarOptions {
    const address = new URL(location.href);
    const view = address.searchParams.get("view") ?? "";
    const known = VIEWS.includes(view) ? view : "timeGridWeek";
    return {
      initialView: isPhone ? "listWeek" : known,
      initialDate: address.searchParams.get("date") ?? undefined,
      datesSet: ({ view: shown }) => {
        const now = new URL(location.href);
        now.searchParams.set("view", shown.type);
        now.searchParams.set("date", dayOf(shown.currentStart));
        history.replaceState(history.state, "", now);
      },
    };
  }

  private exchange(): CalendarOptions {
    return {
      events: this.said.events,
      eventDataTransform: (input: EventInput) => ({
        ...input,
        color: "var(--tone-fill)",
        contrastColor: "var(--tone-text)",
      }),
      eventSourceFailure: () => toast({ text: this.said.unreachable ?? "", kind: "error" }),
      selectable: this.said.create !== undefined,
      selectMirror: true,
      select: ({ startStr, endStr }) => this.create(startStr, endStr),
      droppable: true,
      drop: ({ draggedEl, dateStr }) => this.plan(draggedEl, dateStr),
      eventDrop: (change) => void this.save(change),
      eventResize: (change) => void this.save(change),
    };
  }

  /** From the list "to plan": the page of the new appointment opens with the client, and the time of the drop. */
  private plan(item: HTMLElement, start: string): void {
    const address = new URL(item.dataset.plan!, location.href);
    address.searchParams.set("starts_at", start);
    location.href = address.href;
  }

  private create(start: string, end: string): void {
    const address = new URL(this.said.create!, location.href);
    address.searchParams.set("starts_at", start);
    address.searchParams.set("ends_at", end);
    location.href = address.href;
  }

  private async save(change: Change): Promise<void> {
    const { event, oldEvent } = change;
    try {
      await this.patch(event, event.startStr, event.endStr);
    } catch (error) {
      change.revert();
      this.tell("failed", event.title, error);
      return;
    }
    toast({ text: this.sentence("moved", event.title), onUndo: () => void this.takeBack(event, oldEvent) });
  }

  private async takeBack(event: EventApi, before: EventApi): Promise<void> {
    try {
      await this.patch(event, before.startStr, before.endStr);
      event.setDates(before.startStr, before.endStr || null, { allDay: before.allDay });
      toast({ text: this.sentence("takenBack", event.title) });
    } catch (error) {
      this.tell("failed", event.title, error);
    }
  }

  private async patch(event: EventApi, start: string, end: string): Promise<void> {
    const { patch_url: address, version } = event.extendedProps as Partial<CalendarEvent>;
    const answer = await sendJson("PATCH", address ?? "", { starts_at: start, ends_at: end || null, version });
    if (typeof answer === "object" && answer !== null && "version" in answer) {
      event.setExtendedProp("version", answer.version);
    }
  }

  private tell(name: "failed", title: string, error: unknown): void {
    const reason = error instanceof RequestFailed ? error.detail : "";
    const text = this.sentence(name, title).replace("%r", reason || (document.body.dataset.networkError ?? ""));
    toast({ text, kind: "error" });
  }

  private sentence(name: "moved" | "failed" | "takenBack", title: string): string {
    return (this.said[name] ?? "%s").replace("%s", title);
  }
}

/** The day that begins at this midnight, in whatever zone: its noon is the same date in UTC. */
function dayOf(midnight: Date): string {
  return new Date(midnight.getTime() + 12 * 3600 * 1000).toISOString().slice(0, 10);
}

/** Where FullCalendar's roles contradict each other for readers of the screen (axe: empty-table-header, allowed-role). */
const readable: CalendarOptions = {
  dayHeaderDidMount: ({ el }) => el.querySelector("[aria-hidden]")?.removeAttribute("aria-hidden"),
  viewDidMount: ({ el }) => {
    for (const head of el.querySelectorAll("[role=rowheader]:empty")) head.setAttribute("role", "gridcell");
    // An empty calendar has nothing else that takes the focus, and could not be scrolled by keyboard.
    for (const box of el.querySelectorAll("div")) {
      const cell = box.querySelector<HTMLElement>("[role=gridcell]");
      if (cell && /auto|scroll/.test(getComputedStyle(box).overflowY)) cell.tabIndex = 0;
    }
  },
  eventDidMount: ({ el, event }) => {
    showSymbol(el, event);
    if (!el.matches("a[role=listitem]")) return;
    el.removeAttribute("role");
    el.parentElement?.removeAttribute("role");
    el.parentElement?.removeAttribute("aria-label");
  },
};

/** The symbol of the appointment's type before its words (IFY-07); they say the same to readers of the screen. */
function showSymbol(element: HTMLElement, event: EventApi): void {
  const { symbol } = event.extendedProps as Partial<CalendarEvent>;
  const words = [...element.querySelectorAll<HTMLElement>("*")].find((part) => !part.children.length && part.textContent === event.title);
  if (!symbol || !words) return;
  const drawing = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", symbol);
  drawing.setAttribute("class", "icon mr-1 inline size-3.5 align-[-0.15em]");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(use);
  words.prepend(drawing);
}

/** The page's list "to plan", each of whose rows can be dragged onto an hour; its button does the same. */
function backlog(): Draggable | undefined {
  const list = document.querySelector<HTMLElement>("[data-backlog]");
  if (!list) return undefined;
  return new Draggable(list, {
    itemSelector: "[data-plan]",
    eventData: (row) => ({ title: row.dataset.title, duration: "01:00", create: false }),
  });
}

function looks(isPhone: boolean): CalendarOptions {
  return {
    headerToolbar: isPhone
      ? { start: "title", end: "prev,today,next" }
      : { start: "today prev,next title", end: VIEWS.join(",") },
    height: isPhone ? "auto" : "100%",
    slotDuration: "00:30:00",
    slotMinTime: "07:00:00",
    slotMaxTime: "21:00:00",
    scrollTime: "08:30:00",
    slotHeaderFormat: CLOCK,
    slotMinHeight: 46,
    slotEventOverlap: false,
    dayMaxEvents: 4,
    // In the month too an appointment keeps the ground of its type's colour, on one line.
    eventDisplay: "block",
    eventTimeFormat: CLOCK,
    displayEventEnd: false,
    eventClass: ({ event }) => {
      const { tone = "indigo", state } = event.extendedProps as Partial<CalendarEvent>;
      const isOff = state === "cancelled" || state === "no_show";
      return isOff ? "tone tone-gray line-through" : `tone tone-${tone}`;
    },
    columnEventTitleClass: ({ isShort }) => (isShort ? "truncate" : "whitespace-normal! leading-4!"),
    columnEventTimeClass: "leading-4!",
    listDayFormat: { weekday: "short", day: "numeric", month: "short" },
    listDayHeaderInnerClass: ({ level }) => (level > 0 ? "hidden!" : ""),
    listDaysClass: "mt-0! pt-0!",
    listItemEventTimeClass: "w-12!",
    listItemEventTitleClass: "whitespace-normal!",
    rowEventTitleClass: "truncate",
    // In a list the row is a link already; a button inside a list item is an error for readers of the screen.
    eventInteractive: !isPhone,
    longPressDelay: 300,
  };
}
