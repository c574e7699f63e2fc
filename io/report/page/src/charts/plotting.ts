import * as Plot from "@observablehq/plot";
import type { LegendItem, Style } from "../ui/series";
import { general } from "../numbers";
import { visible } from "../ui/dom";
import { shortened, textWidth } from "../ui/series";

/** What all charts share: the frame, curves with bands, tips, and labels that fit. */

export type Mark = Plot.Markish;
export type Point = { [name: string]: unknown; tip?: string };

type Domain = [number, number];

/** The ranges of the axes and colours of plots that have the same labels, where results stand side by side. */
class SharedRanges {
  private readonly ranges = new Map<string, Domain>();

  widen(name: string, [low, high]: Domain): void {
    const [least, most] = this.ranges.get(name) ?? [low, high];
    this.ranges.set(name, [Math.min(least, low), Math.max(most, high)]);
  }
  of(name: string): Domain | undefined {
    return this.ranges.get(name);
  }
}

let measuring: SharedRanges | undefined; // while results are drawn to find out how far their axes go
let keeping: SharedRanges | undefined; // and while they are drawn with the same axes

/** Draws several results twice, so that what they have in common stands on the same axes. */
export function onSharedAxes<Drawn>(draw: () => Drawn): Drawn {
  const ranges = new SharedRanges();
  measuring = ranges;
  try {
    draw();
    [measuring, keeping] = [undefined, ranges];
    return draw();
  } finally {
    [measuring, keeping] = [undefined, undefined];
  }
}

const isRange = (domain: unknown): domain is Domain => Array.isArray(domain) && domain.length === 2 && domain.every((end) => typeof end === "number" && Number.isFinite(end));

/** The options with the ranges that plots of the same label have together. */
function withSharedRanges(options: Plot.PlotOptions): Plot.PlotOptions {
  const shared = (axis: "x" | "y"): Plot.ScaleOptions => {
    const domain = options[axis]?.type === "band" ? undefined : keeping?.of(`${axis} ${options[axis]?.label}`);
    return domain ? { domain, nice: false } : {};
  };
  return keeping ? { ...options, x: { ...options.x, ...shared("x") }, y: { ...options.y, ...shared("y") } } : options;
}

function measure(drawn: Plot.Plot, options: Plot.PlotOptions): void {
  for (const axis of ["x", "y"] as const) {
    const scale = drawn.scale(axis);
    const domain = scale && [...((scale.domain ?? []) as number[])].sort((a, b) => a - b);
    if (scale?.type === "linear" && isRange(domain)) measuring!.widen(`${axis} ${options[axis]?.label}`, domain);
  }
}

/** A plot in the page's own style. */
export function plot(given: Plot.PlotOptions): SVGSVGElement {
  const options = withSharedRanges(given);
  const frame = (options.width ?? 640) - (options.marginLeft ?? 56) - (options.marginRight ?? 20);
  const isLong = typeof options.x?.label === "string" && textWidth(options.x.label) > frame;
  const drawn = Plot.plot({
    className: "plot", marginLeft: 56, marginBottom: 40, marginTop: 24, insetTop: 4,
    ...options,
    style: { fontSize: "12px", fontFamily: "system-ui, sans-serif", background: "none", overflow: "visible", color: "inherit", ...(options.style as object | undefined) },
    x: { labelArrow: "none", labelAnchor: isLong ? "right" : "center", labelOffset: 34, ...options.x },
    y: { labelArrow: "none", ...options.y },
  });
  if (measuring) measure(drawn as unknown as Plot.Plot, given);
  showMarks(drawn);
  return drawn as unknown as SVGSVGElement;
}

/** Texts of a picture with their controls of direction as visible marks. */
function showMarks(drawn: Element): void {
  const walker = document.createTreeWalker(drawn, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.nodeValue = visible(walker.currentNode.nodeValue ?? "");
}

/** Tips that follow the pointer: the texts of `tip`. */
export function tips(data: Point[], channels: { x: string; y: string; px?: string; py?: string; fx?: string; fy?: string }): Mark {
  return Plot.tip(data.map((point) => (point.tip === undefined ? point : { ...point, tip: visible(point.tip) })), Plot.pointer({ ...channels, title: "tip", fontSize: 12, lineWidth: 26, textPadding: 8, pathFilter: "none", stroke: "var(--line)" } as never));
}

export interface Curve {
  name: string;
  style: Style;
  points: Point[]; // x, y, and lower and upper where there is a band
}

/** Lines with dots, and bands where the points have them. Points without a number break the line. */
export function curves(all: Curve[], options: { dots?: boolean; fx?: string } = {}): Mark[] {
  const channels = { x: "x", ...(options.fx ? { fx: options.fx } : {}) };
  const withBand = (curve: Curve): boolean => curve.points.some((point) => Number.isFinite(point.lower) && Number.isFinite(point.upper));
  return [
    ...all.filter(withBand).map(({ points, style }) => Plot.areaY(points, { ...channels, y1: "lower", y2: "upper", fill: style.color, fillOpacity: 0.18 })),
    ...all.map(({ points, style }) => Plot.lineY(points, { ...channels, y: "y", stroke: style.color, strokeWidth: 2, strokeDasharray: style.dash === "none" ? undefined : style.dash })),
    ...(options.dots === false ? [] : all.map(({ points, style }) => Plot.dot(points.filter((point) => Number.isFinite(point.y)), { ...channels, y: "y", fill: style.color, symbol: style.symbol, r: 3.5 }))),
  ];
}

export const curveLegend = (all: Curve[], dots = true): LegendItem[] =>
  all.map(({ name, style }) => ({ name, color: style.color, dash: style.dash, kind: "line", symbol: dots ? style.symbol : undefined }));

const narrow = 480;

/** Room for the labels of a vertical list of names, and the names as they fit. */
export function labelsFor(names: string[], width: number, share = width < narrow ? 0.44 : 0.36): { margin: number; fit: (name: string) => string } {
  const most = Math.min(Math.max(260, 0.3 * width), width * share);
  const widest = Math.max(24, ...names.map((name) => textWidth(visible(name))));
  const margin = Math.min(most, widest) + 14;
  return { margin, fit: (name) => shortened(visible(name), margin - 12) };
}

/** Shares on an axis that is in per cent. */
export const inPercent = (share: number): string => general(100 * share);

export const crossRule = (axis: "x" | "y", value: number): Mark =>
  axis === "x" ? Plot.ruleX([value], { stroke: "var(--soft)", strokeDasharray: "4 3" }) : Plot.ruleY([value], { stroke: "var(--soft)", strokeDasharray: "4 3" });

/** Whether ink on a colour is to be white. */
export function needsWhite(color: string): boolean {
  const parts = color.startsWith("#") ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) : (color.match(/[\d.]+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

export const inkOn = (scale: Plot.Scale, value: number): string => (needsWhite(String(scale.apply(value))) ? "#ffffff" : "#111111");

/** A colour scale for heat maps: Cividis, whose lightness grows with the value, so that it is read in grey and by everybody. */
export function heat(values: number[]): Plot.ScaleOptions {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length > 0) measuring?.widen("colour", [low, high]);
  const [least, most] = keeping?.of("colour") ?? [low, high];
  return { type: "linear", scheme: "cividis", domain: least < most ? [least, most] : [least - 1, most + 1] };
}

/** Fills of boxes that lie beside each other, from dark to light along Cividis, so that they are told apart in grey; with an outline for what is as dark or light as the page. */
export function fillsOf(count: number): string[] {
  const scale = Plot.scale({ color: { type: "linear", scheme: "cividis", domain: [0, 1] } })!;
  const [darkest, lightest] = [0.12, 0.97];
  return Array.from({ length: count }, (_, place) => String(scale.apply(count === 1 ? darkest : darkest + ((lightest - darkest) * place) / (count - 1))));
}

export const outline = { stroke: "var(--soft)", strokeWidth: 0.6 };

/** The colour legend of a heat map: a ramp with its axis. */
export function ramp(options: Plot.ScaleOptions, label: string, width: number): SVGSVGElement {
  const drawn = Plot.legend({ color: { ...options, label } as never, width: Math.min(width, 320), marginLeft: 6, marginRight: 6, style: { fontSize: "12px", background: "none" } as never });
  return drawn as unknown as SVGSVGElement;
}

/** Several SVGs under each other. */
export function stacked(...parts: Element[]): HTMLElement {
  const box = document.createElement("div");
  box.append(...parts);
  return box;
}

export { Plot };
