import { svg, visible } from "./dom";

/** How a series is drawn: by colour, dash and symbol, so that it is told apart in grey as well. Colours are those of the
 * style sheet, after Okabe & Ito (2008). */
export interface Style {
  color: string;
  dash: string;
  symbol: "circle" | "square" | "triangle" | "diamond" | "cross" | "star" | "wye";
}

const symbols: Style["symbol"][] = ["circle", "square", "triangle", "diamond", "cross", "star", "wye"];
const dashes = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2"];
export const seriesColours = 7;

export function styleAt(place: number): Style {
  return { color: `var(--s${place % seriesColours})`, dash: dashes[place % dashes.length]!, symbol: symbols[place % symbols.length]! };
}

/** The same style for a name wherever it is drawn: by its place in the list of all names. */
export function stylesOf(names: string[]): (name: string) => Style {
  const places = new Map(names.map((name, place) => [name, place]));
  return (name) => styleAt(places.get(name) ?? 0);
}

export interface LegendItem {
  name: string;
  color: string;
  dash?: string;
  kind: "line" | "box" | "dot" | "ring" | "star" | "band" | "rule" | "point" | "times";
  symbol?: Style["symbol"];
}

const pen = document.createElement("canvas").getContext("2d")!;
pen.font = "12px system-ui, sans-serif"; // of pictures
const widths = new Map<string, number>();

function letterWidth(letter: string): number {
  if (!widths.has(letter)) widths.set(letter, pen.measureText(letter).width);
  return widths.get(letter)!;
}
export const textWidth = (text: string): number => [...text].reduce((sum, letter) => sum + letterWidth(letter), 0);

/** A text that fits: what is left out is its middle, as names differ at their ends. */
export function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const letters = [...text];
  let [head, tail] = ["", ""];
  let used = 12; // of the ellipsis
  for (let at = 0; at < letters.length; ++at) {
    const letter = at % 2 === 0 ? letters[at / 2]! : letters[letters.length - (at + 1) / 2]!;
    used += letterWidth(letter);
    if (used > width) break;
    if (at % 2 === 0) head += letter;
    else tail = letter + tail;
  }
  return `${head.trimEnd()}…${tail.trimStart()}`;
}

const shapes: Record<Style["symbol"], string> = {
  circle: "M4,0A4,4 0 1 1 -4,0A4,4 0 1 1 4,0Z", square: "M-3.5,-3.5H3.5V3.5H-3.5Z", triangle: "M0,-4.5L4,3H-4Z", diamond: "M0,-5L4,0L0,5L-4,0Z",
  cross: "M-1.4,-4.2H1.4V-1.4H4.2V1.4H1.4V4.2H-1.4V1.4H-4.2V-1.4H-1.4Z",
  star: "M0,-5L1.2,-1.6L4.8,-1.6L1.9,0.6L3,4.1L0,2L-3,4.1L-1.9,0.6L-4.8,-1.6L-1.2,-1.6Z", wye: "M-1.5,4.5V0.8L-4.4,-1L-2.9,-3.5L0,-1.8L2.9,-3.5L4.4,-1L1.5,0.8V4.5Z",
};

function mark(item: LegendItem): SVGElement[] {
  const { color, kind } = item;
  const shape = (attributes: Record<string, string>): SVGElement => svg("path", { d: shapes[item.symbol ?? "circle"], transform: "translate(12,0)", ...attributes });
  switch (kind) {
    case "line":
      return [svg("line", { x1: 0, x2: 24, y1: 0, y2: 0, stroke: color, "stroke-width": 2, "stroke-dasharray": item.dash ?? "none" }), ...(item.symbol ? [shape({ fill: color })] : [])];
    case "rule":
      return [svg("line", { x1: 0, x2: 24, y1: 0, y2: 0, stroke: color, "stroke-width": 1.2, "stroke-dasharray": item.dash ?? "none" })];
    case "band":
      return [svg("rect", { x: 0, y: -5, width: 24, height: 10, fill: color, "fill-opacity": 0.25 })];
    case "box":
      return [svg("rect", { x: 5, y: -6, width: 14, height: 12, fill: color, stroke: "var(--soft)", "stroke-width": 0.6 })];
    case "dot":
      return [shape({ fill: color })];
    case "point":
      return [svg("circle", { cx: 12, cy: 0, r: 2, fill: color })];
    case "times":
      return [svg("path", { d: "M9,-3L15,3M9,3L15,-3", stroke: color, "stroke-width": 1.6, fill: "none" })];
    case "ring":
      return [shape({ fill: "none", stroke: color, "stroke-width": "1.5" })];
    case "star":
      return [svg("path", { d: shapes.star, transform: "translate(12,0) scale(1.4)", fill: color })];
  }
}

/** A legend as a drawing of its own, so that it goes into the downloaded picture too. */
export function legend(items: LegendItem[], width: number): SVGSVGElement {
  const line = 19;
  let x = 0;
  let y = 10;
  const parts = items.map((item) => {
    const text = shortened(visible(item.name), Math.min(width - 48, 420));
    const wide = 32 + textWidth(text) + 16;
    if (x > 0 && x + wide > width) {
      x = 0;
      y += line;
    }
    const label = svg("text", { x: 30, y: 4, "font-size": 12, fill: "currentColor" }, svg("title", {}, item.name), text);
    label.style.unicodeBidi = "isolate";
    const group = svg("g", { transform: `translate(${x},${y})` }, ...mark(item), label);
    x += wide;
    return group;
  });
  const height = y + 12;
  return svg("svg", { class: "legend", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...parts);
}
