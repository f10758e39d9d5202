/**
 * <cz-graph data-src="id of a json_script" data-layout="address" data-draw="id of a form" data-chosen="node">: the drawing
 * of types, outcomes and statuses. Cytoscape (some 140 kB) is fetched when it comes into view; a phone shows the list.
 *
 * A click on a pair opens it in the form beside; in drawing mode (button [data-graph=draw]) a drag from one node to
 * another sends the form of `data-draw` with `source` and `target`. By keys: arrows walk, Enter opens, L begins a line
 * and ends it, Escape leaves. Where a node is put is kept at `data-layout`.
 */
import { SeenElement } from "../elements/seen";
import type { GraphView } from "./graph-view";

class GraphElement extends SeenElement {
  private view?: GraphView;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.view?.destroy();
    this.view = undefined;
  }

  protected override async start(): Promise<void> {
    const { GraphView } = await import("./graph-view");
    if (!this.isConnected || this.view) return;
    this.view = new GraphView(this);
    this.dataset.ready = "1";
  }
}

customElements.define("cz-graph", GraphElement);
