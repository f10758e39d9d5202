/**
 * <cz-levels>: the thresholds of one measure on the histogram of the firm's clients. A handle is dragged or moved by the
 * arrow keys, from one end of a bar to the next; the number beside the level says the same and can be typed. While a
 * handle moves, the counts are summed from the bars; the server counts whatever lies inside of one.
 */

interface Bar {
  low: number | null;
  high: number | null;
  clients: number;
  shape: SVGRectElement;
}

const SVG = "http://www.w3.org/2000/svg";
const WAIT = 200;

class Levels extends HTMLElement {
  private readonly language = document.documentElement.lang || "it";
  private readonly plain = new Intl.NumberFormat(this.language);
  private readonly amounts = new Intl.NumberFormat(this.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  private bars: Bar[] = [];
  private inputs: HTMLInputElement[] = [];
  private handles: SVGGElement[] = [];
  private names: SVGTextElement[] = [];
  private canvas?: SVGSVGElement;
  private waiting = 0;

  connectedCallback(): void {
    this.inputs = [...this.querySelectorAll<HTMLInputElement>("[data-threshold]")].sort((a, b) => placeOf(a) - placeOf(b));
    this.bars = [...this.querySelectorAll<SVGRectElement>("rect[data-clients]")].map((shape) => ({
      low: numberOf(shape.dataset.low),
      high: numberOf(shape.dataset.high),
      clients: Number(shape.dataset.clients),
      shape,
    }));
    this.addEventListener("input", this.typed);
    const plot = this.querySelector("[data-plot]");
    if (!plot || this.canvas || this.bars.length === 0) return;
    this.canvas = drawn("svg", { class: "levels-handles" });
    this.names = this.tones.map(() => drawn("text", { y: "-3", "text-anchor": "middle", "aria-hidden": "true" }));
    this.handles = this.inputs.map((input, index) => this.handle(input, index));
    this.canvas.append(...this.names, ...this.handles);
    plot.append(this.canvas);
    this.draw();
  }

  private get inverted(): boolean {
    return this.dataset.inverted !== undefined;
  }

  private get tones(): string[] {
    return (this.dataset.tones ?? "").trim().split(" ");
  }

  private get values(): (number | null)[] {
    return this.inputs.map((input) => this.read(input.value));
  }

  /** As people of this language write numbers: 1.234,56 or 1,234.56. */
  private read(text: string): number | null {
    const decimal = this.amounts.formatToParts(1.5).find((part) => part.type === "decimal")!.value;
    const kept = [...text].filter((sign) => sign === decimal || /[\d-]/.test(sign)).join("");
    const value = Number(kept.replace(decimal, "."));
    return kept === "" || Number.isNaN(value) ? null : value;
  }

  private write(value: number): string {
    if (this.dataset.amount === undefined) return String(value);
    return this.amounts.format(value);
  }

  private handle(input: HTMLInputElement, index: number): SVGGElement {
    const handle = drawn("g", {
      class: "levels-handle",
      role: "slider",
      tabindex: "0",
      "aria-orientation": "horizontal",
      "aria-label": input.labels?.[0]?.textContent?.replace(/\s+/g, " ").trim() ?? "",
      "data-handle": String(index),
    });
    handle.append(
      drawn("rect", { class: "reach", y: "0", width: "24", height: "100%", transform: "translate(-12 0)" }),
      drawn("line", { y1: "0", y2: "100%" }),
      drawn("circle", { class: "grip", cy: "50%", r: "7" }),
    );
    handle.addEventListener("pointerdown", (event) => this.grab(event, handle, index));
    handle.addEventListener("keydown", (event) => this.step(event, index));
    return handle;
  }

  private grab(event: PointerEvent, handle: SVGGElement, index: number): void {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    handle.classList.add("is-moving");
    const move = (moved: PointerEvent): void => {
      const frame = this.canvas!.getBoundingClientRect();
      const nearest = Math.round(((moved.clientX - frame.left) / frame.width) * this.bars.length);
      this.moveTo(index, nearest);
    };
    const drop = (): void => {
      handle.classList.remove("is-moving");
      handle.removeEventListener("pointermove", move);
      this.count();
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", drop, { once: true });
  }

  private step(event: KeyboardEvent, index: number): void {
    const value = this.values[index];
    if (value === null || value === undefined) return;
    const here = this.position(value);
    const wanted = {
      ArrowRight: Math.floor(here + 1e-6) + 1,
      ArrowUp: Math.floor(here + 1e-6) + 1,
      ArrowLeft: Math.ceil(here - 1e-6) - 1,
      ArrowDown: Math.ceil(here - 1e-6) - 1,
      Home: 1,
      End: this.bars.length - 1,
    }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    this.moveTo(index, wanted);
    this.count();
  }

  /** To the nearest end of a bar that leaves the thresholds in their order. */
  private moveTo(index: number, edge: number): void {
    const values = this.values;
    const below = values[index - 1] ?? -1;
    const above = values[index + 1] ?? Infinity;
    const edges = this.bars.map((bar) => bar.low).filter((low): low is number => low !== null && low > below && low < above);
    const wanted = this.bars[Math.max(0, Math.min(edge, this.bars.length - 1))]!.low ?? edges[0];
    if (edges.length === 0 || wanted === undefined) return;
    const chosen = edges.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
    if (chosen === values[index]) return;
    this.inputs[index]!.value = this.write(chosen);
    this.draw();
    this.sum();
  }

  private typed = (): void => {
    this.draw();
    this.count();
  };

  /** Where a value stands, in bars from the left. */
  private position(value: number): number {
    const place = this.bars.findIndex(({ high }) => high === null || value < high);
    if (place < 0) return this.bars.length;
    const { low, high } = this.bars[place]!;
    if (low === null || high === null) return low !== null && value <= low ? place : place + 0.5;
    return place + Math.max(0, (value - low) / (high - low));
  }

  private draw(): void {
    if (!this.canvas) return;
    const values = this.values;
    const places = values.map((value) => (value === null ? null : (100 * this.position(value)) / this.bars.length));
    this.handles.forEach((handle, index) => {
      const place = places[index];
      handle.toggleAttribute("hidden", place === null);
      handle.setAttribute("display", place === null ? "none" : "inline");
      const at = `${(place ?? 0).toFixed(2)}%`;
      handle.querySelector("line")!.setAttribute("x1", at);
      handle.querySelector("line")!.setAttribute("x2", at);
      handle.querySelector(".grip")!.setAttribute("cx", at);
      handle.querySelector(".reach")!.setAttribute("x", at);
      const value = values[index] ?? 0;
      handle.setAttribute("aria-valuenow", String(value));
      handle.setAttribute("aria-valuemin", String(values[index - 1] ?? 0));
      handle.setAttribute("aria-valuemax", String(values[index + 1] ?? this.bars.at(-1)?.low ?? value));
      handle.setAttribute("aria-valuetext", this.inputs[index]!.value);
    });
    this.name(places);
    this.colour(values);
  }

  /** The number of each level over its part of the histogram, where there is room for it. */
  private name(places: (number | null)[]): void {
    const ends = [0, ...places, 100];
    const isWhole = places.every((place) => place !== null);
    this.names.forEach((name, index) => {
      const [left, right] = [ends[index] ?? 0, ends[index + 1] ?? 100];
      name.textContent = isWhole && right - left > 3 ? String(this.levelAt(index)) : "";
      name.setAttribute("x", `${((left + right) / 2).toFixed(2)}%`);
    });
  }

  private levelAt(passed: number): number {
    return this.inverted ? this.inputs.length + 1 - passed : passed + 1;
  }

  private colour(values: (number | null)[]): void {
    const isWhole = values.every((value) => value !== null);
    for (const bar of this.bars) {
      const tone = isWhole ? this.tones[this.levelOf(bar, values as number[]) - 1] : "gray";
      bar.shape.setAttribute("class", `tone tone-${tone}`);
    }
  }

  private levelOf(bar: Bar, thresholds: number[]): number {
    const inside = this.inverted ? bar.high ?? Infinity : bar.low ?? -Infinity;
    return this.levelAt(thresholds.filter((one) => (this.inverted ? one < inside : one <= inside)).length);
  }

  /** At once, from the bars, where every threshold is at the end of one. */
  private sum(): void {
    const values = this.values;
    if (!values.every((value) => value !== null && this.bars.some(({ low }) => low === value))) return;
    const counts = this.tones.map(() => 0);
    for (const bar of this.bars) counts[this.levelOf(bar, values as number[]) - 1]! += bar.clients;
    this.tell(counts);
  }

  private count(): void {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.ask(), WAIT);
  }

  private async ask(): Promise<void> {
    const asked = new URLSearchParams({ measure: this.dataset.measure ?? "", scale: this.dataset.scale ?? "" });
    for (const input of this.inputs) asked.set(input.name, input.value);
    const response = await fetch(`${this.dataset.address}?${asked}`, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { counts } = (await response.json()) as { counts: Record<string, number[]> };
    this.tell(counts[this.dataset.measure ?? ""]);
  }

  private tell(counts: number[] | undefined): void {
    const empty: number[] = [];
    for (let level = 1; level <= this.tones.length; level++) {
      const clients = counts?.[level - 1];
      this.querySelector(`[data-count="${level}"]`)!.textContent = clients === undefined ? "–" : this.plain.format(clients);
      this.querySelector<HTMLProgressElement>(`[data-share="${level}"]`)!.value = clients ?? 0;
      if (clients === 0) empty.push(level);
    }
    const told = this.querySelector<HTMLElement>("[data-empty]")!;
    told.textContent = empty.length ? `${told.dataset.words} ${empty.join(", ")}.` : "";
  }
}

function placeOf(input: HTMLInputElement): number {
  return Number(input.dataset.threshold);
}

function numberOf(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

function drawn<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Record<string, string>): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

customElements.define("cz-levels", Levels);
