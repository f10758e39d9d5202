/**
 * <cz-chart data-src="id of a json_script" data-label="…">: a bar or line chart. ECharts (some 160 kB) is fetched when
 * the first chart comes into view. Canvas and rich-text tooltips only: the policy refuses the style attributes of HTML ones.
 */
import { SeenElement } from "../elements/seen";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { themeColour, toneColour } from "../colours";

interface Series {
  name: string;
  data: number[];
  type?: "bar" | "line";
  /** One of the colours that data may choose (tones.css); without it the next one of the theme. */
  tone?: string;
}

interface ChartData {
  labels: string[];
  series: Series[];
  stacked?: boolean;
}

function options(data: ChartData, label: string): EChartsCoreOption {
  const text = themeColour("--color-base-content");
  const line = themeColour("--color-base-300");
  const ground = themeColour("--color-base-100");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const axisLabel = { color: text, opacity: 0.75, fontSize: 11 };
  return {
    animationDuration: calm ? 0 : 300,
    aria: { enabled: true, label: { description: label } },
    color: ["--color-primary", "--chart-2", "--chart-3", "--chart-4"].map(themeColour),
    textStyle: { fontFamily: "Inter Variable, sans-serif", color: text },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: ground,
      borderColor: line,
      textStyle: { color: text, fontSize: 12 },
    },
    legend: {
      show: data.series.length > 1,
      // On a phone many names would wrap into the axis.
      type: data.series.length > 3 ? "scroll" : "plain",
      bottom: 0,
      itemWidth: 10,
      itemHeight: 10,
      icon: "roundRect",
      textStyle: { color: text, fontSize: 12 },
    },
    grid: { left: 4, right: 8, top: 12, bottom: data.series.length > 1 ? 32 : 4, containLabel: true },
    xAxis: {
      type: "category",
      data: data.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      // Few bars bear all their names, on two lines where they must.
      axisLabel: data.labels.length > 6 ? axisLabel : { ...axisLabel, interval: 0, width: 64, overflow: "break" },
    },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel },
    series: data.series.map((one) => series(one, data.stacked ?? false)),
  };
}

function series({ tone, ...one }: Series, stacked: boolean): object {
  const color = tone ? toneColour(tone) : undefined;
  if (one.type === "line") return { ...one, type: "line", showSymbol: one.data.length < 2, lineStyle: { width: 2 } };
  return { ...one, type: "bar", barMaxWidth: 26, stack: stacked ? "all" : undefined, itemStyle: { borderRadius: stacked ? 0 : 3, color } };
}

class Chart extends SeenElement {
  private chart?: ECharts;
  private readonly resized = new ResizeObserver(() => this.chart?.resize());

  override connectedCallback(): void {
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", this.dataset.label ?? "");
    super.connectedCallback();
    document.addEventListener("theme-changed", this.draw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.chart?.dispose();
    this.chart = undefined;
    document.removeEventListener("theme-changed", this.draw);
  }

  protected override async start(): Promise<void> {
    const { init } = await import("./echarts");
    if (!this.isConnected || this.chart) return;
    this.chart = init(this, null, { renderer: "canvas" });
    this.draw();
    this.resized.observe(this);
    this.dataset.ready = "1";
  }

  private draw = (): void => {
    const source = document.getElementById(this.dataset.src ?? "");
    const data = JSON.parse(source?.textContent ?? "{}") as ChartData;
    this.chart?.setOption(options(data, this.dataset.label ?? ""), { notMerge: true });
  };
}

customElements.define("cz-chart", Chart);
