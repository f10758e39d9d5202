/** The drawing inside <cz-graph>: see graph.ts. */
import cytoscape, { type Core, type EventObject, type NodeSingular, type StylesheetJson } from "cytoscape";
import dagre from "cytoscape-dagre";
import { themeColour } from "../colours";
import { sendJson } from "../http";

cytoscape.use(dagre);

interface GraphNode {
  id: string;
  kind: "type" | "pair" | "outcome" | "status";
  label: string;
  title?: string;
  active: boolean;
  fault: string;
  place: [number, number] | null;
}

interface GraphEdge {
  id: string;
  source: string;
  target: string;
  kind: "offers" | "status" | "next";
  label: string;
}

// Cytoscape would add a <style> of this id, which the policy refuses; what it says stands in app.css.
const STYLESHEET = "__________cytoscape_stylesheet";

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class GraphView {
  private readonly cy: Core;
  private drawing = false;
  private from?: NodeSingular;

  constructor(private readonly element: HTMLElement) {
    if (!document.getElementById(STYLESHEET)) {
      const mark = document.createElement("meta");
      mark.id = STYLESHEET;
      document.head.append(mark);
    }
    const data = JSON.parse(document.getElementById(element.dataset.src ?? "")?.textContent ?? "{}") as {
      nodes: GraphNode[];
      edges: GraphEdge[];
    };
    this.cy = cytoscape({
      container: element.querySelector<HTMLElement>("[data-canvas]"),
      elements: [
        ...data.nodes.map((node) => ({
          data: node,
          classes: [node.kind, node.fault && `fault-${node.fault}`, node.active ? "" : "asleep"].join(" "),
        })),
        ...data.edges.map((edge) => ({ data: edge, classes: edge.kind })),
      ],
      style: style(),
      minZoom: 0.2,
      maxZoom: 2.5,
      boxSelectionEnabled: false,
      wheelSensitivity: 0.3,
    });
    this.place(data.nodes);
    this.cy.on("tap", "node", (event: EventObject) => this.tapped(event.target as NodeSingular));
    this.cy.on("tapstart", "node", (event: EventObject) => this.begin(event.target as NodeSingular));
    this.cy.on("tapend", (event: EventObject) => this.end(event));
    this.cy.on("dragfree", "node", () => void this.keepLayout());
    element.addEventListener("click", this.clicked);
    element.addEventListener("keydown", this.pressed);
    document.addEventListener("theme-changed", this.themed);
    this.choose(element.dataset.chosen ?? "");
  }

  destroy(): void {
    document.removeEventListener("theme-changed", this.themed);
    this.cy.destroy();
  }

  private place(nodes: GraphNode[]): void {
    const known = nodes.filter((node) => node.place);
    if (known.length < nodes.length) this.layOut();
    // What was put by hand stays there; only what is new is laid out.
    for (const node of known) this.cy.getElementById(node.id).position({ x: node.place![0], y: node.place![1] });
    this.cy.fit(undefined, 24);
  }

  private layOut(): void {
    // The edges back to a type are left out: with them every rank would be torn apart.
    const forward = this.cy.nodes().union(this.cy.edges(".offers, .status"));
    // From left to right: there are many more pairs than ranks, and side by side they would be too small to read.
    const options = { name: "dagre", rankDir: "LR", nodeSep: 10, rankSep: 110, fit: true, padding: 24, animate: false };
    forward.layout(options as cytoscape.LayoutOptions).run();
  }

  private async keepLayout(): Promise<void> {
    const positions: Record<string, [number, number]> = {};
    this.cy.nodes().forEach((node) => {
      positions[node.id()] = [Math.round(node.position("x")), Math.round(node.position("y"))];
    });
    await sendJson("POST", this.element.dataset.layout!, positions).catch(() => this.say(this.element.dataset.failed ?? ""));
  }

  private tapped(node: NodeSingular): void {
    if (!this.drawing) this.open(node);
  }

  private begin(node: NodeSingular): void {
    if (!this.drawing) return;
    this.from = node;
    node.addClass("source");
  }

  private end(event: EventObject): void {
    const from = this.from;
    if (!this.drawing || !from) return;
    from.removeClass("source");
    this.from = undefined;
    const to = event.target === this.cy ? this.under(event) : (event.target as NodeSingular);
    if (to?.isNode?.() && to.id() !== from.id()) this.draw(from, to);
  }

  /** The node at which a drag ended: a finger's events belong to the node where it began. */
  private under(event: EventObject): NodeSingular | undefined {
    const { x, y } = event.position;
    const hit = this.cy.nodes().filter((node) => {
      const box = node.boundingBox({});
      return box.x1 <= x && x <= box.x2 && box.y1 <= y && y <= box.y2;
    });
    return hit.nonempty() ? (hit.first() as NodeSingular) : undefined;
  }

  private draw(from: NodeSingular, to: NodeSingular): void {
    const form = document.getElementById(this.element.dataset.draw ?? "") as HTMLFormElement | null;
    if (!form) return;
    // Nodes that the lists do not offer (another type's pair) are sent as they are: the service knows them.
    for (const [name, node] of Object.entries({ source: from, target: to })) {
      const select = form.elements.namedItem(name) as HTMLSelectElement;
      if (![...select.options].some((option) => option.value === node.id())) select.add(new Option("", node.id()));
      select.value = node.id();
    }
    form.requestSubmit();
  }

  private open(node: NodeSingular): void {
    this.choose(node.id());
    if (node.data("kind") === "pair") document.querySelector<HTMLAnchorElement>(`[data-pair="${node.id()}"]`)?.click();
  }

  private choose(id: string): void {
    this.cy.nodes(":selected").unselect();
    const node = this.cy.getElementById(id);
    if (node.empty()) return;
    node.select();
    this.say(String(node.data("title") ?? node.data("label")));
  }

  private say(words: string): void {
    const live = this.element.querySelector("[data-live]");
    if (live) live.textContent = words;
  }

  private setDrawing(on: boolean): void {
    this.drawing = on;
    this.from?.removeClass("source");
    this.from = undefined;
    this.cy.autoungrabify(on);
    this.cy.userPanningEnabled(!on);
    this.element.querySelector("[data-graph=draw]")?.setAttribute("aria-pressed", String(on));
    this.element.classList.toggle("is-drawing", on);
  }

  private readonly clicked = (event: Event): void => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-graph]");
    if (button?.dataset.graph === "draw") this.setDrawing(!this.drawing);
    if (button?.dataset.graph === "fit") this.cy.fit(undefined, 24);
    if (button?.dataset.graph === "layout") {
      this.layOut();
      void this.keepLayout();
    }
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    if (!(event.target as HTMLElement).closest("[data-canvas]")) return;
    if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase())) {
      const again = event.shiftKey || event.key.toLowerCase() === "y";
      this.element.querySelector<HTMLElement>(`[data-graph=${again ? "redo" : "undo"}]`)?.click();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const selected = this.cy.nodes(":selected").first() as NodeSingular;
    if (event.key in STEPS) this.walk(selected, STEPS[event.key]!);
    else if (event.key === "Enter" && selected.nonempty()) this.open(selected);
    else if (event.key === "Escape") this.setDrawing(false);
    else if (event.key.toLowerCase() === "l" && selected.nonempty()) this.line(selected);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  private walk(selected: NodeSingular, step: number): void {
    const nodes = this.cy.nodes().sort((one, other) => one.position("y") - other.position("y") || one.position("x") - other.position("x"));
    const place = selected.nonempty() ? nodes.toArray().findIndex((node) => node.id() === selected.id()) : -1;
    const next = nodes[(place + step + nodes.length) % nodes.length];
    if (next) this.choose(next.id());
  }

  private line(selected: NodeSingular): void {
    if (!this.from) {
      this.from = selected;
      selected.addClass("source");
      return;
    }
    const from = this.from;
    from.removeClass("source");
    this.from = undefined;
    if (from.id() !== selected.id()) this.draw(from, selected);
  }

  private readonly themed = (): void => {
    this.cy.style(style() as unknown as string);
  };
}

function style(): StylesheetJson {
  const text = themeColour("--color-base-content");
  const ground = themeColour("--color-base-100");
  const line = themeColour("--color-base-300");
  const primary = themeColour("--color-primary");
  const onPrimary = themeColour("--color-primary-content");
  const error = themeColour("--color-error");
  const warning = themeColour("--color-warning");
  return [
    {
      selector: "node",
      style: {
        label: "data(label)",
        "text-valign": "center",
        "text-halign": "center",
        "text-wrap": "wrap",
        "text-max-width": "118px",
        "font-family": "Inter Variable, sans-serif",
        "font-size": 12,
        width: 132,
        height: 40,
        shape: "round-rectangle",
        color: text,
        "background-color": ground,
        "border-width": 1.5,
        "border-color": line,
      },
    },
    { selector: "node.type", style: { width: 140, height: 48, "background-color": primary, color: onPrimary, "border-color": primary } },
    { selector: "node.pair, node.outcome", style: { height: 34, "border-color": text, "border-opacity": 0.45 } },
    { selector: "node.outcome", style: { "border-style": "dashed" } },
    { selector: "node.status", style: { shape: "round-tag", "font-weight": 600, "border-color": primary } },
    { selector: "node.asleep", style: { opacity: 0.55 } },
    { selector: "node.fault-error", style: { "border-color": error, "border-opacity": 1, "border-width": 3 } },
    { selector: "node.fault-warning", style: { "border-color": warning, "border-opacity": 1, "border-width": 3 } },
    {
      selector: "edge",
      style: {
        width: 1.5,
        "line-color": text,
        "line-opacity": 0.4,
        "target-arrow-color": text,
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "curve-style": "bezier",
        label: "data(label)",
        "font-family": "Inter Variable, sans-serif",
        "font-size": 10,
        color: text,
        "text-background-color": ground,
        "text-background-opacity": 0.9,
        "text-background-padding": "2px",
      },
    },
    {
      // Through the gap between the columns, never behind a node.
      selector: "edge.next",
      style: {
        "curve-style": "taxi",
        "taxi-direction": "horizontal",
        "taxi-turn": 18,
        "text-margin-x": -22,
        "line-style": "dashed",
        "line-color": primary,
        "line-opacity": 0.9,
        "target-arrow-color": primary,
      },
    },
    { selector: "node:selected, node.source", style: { "border-color": primary, "border-opacity": 1, "border-width": 4 } },
    { selector: "node.type:selected, node.type.source", style: { "border-color": text } },
  ] as StylesheetJson;
}
