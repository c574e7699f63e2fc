import { h } from "./dom";

/** Pictures and tables as files, made in the page itself. */

const kept: string[] = []; // addresses of the last files: on a busy machine the browser comes for a file long after the click
const mostKept = 100;

export function save(name: string, content: Blob): void {
  const link = h("a", { href: URL.createObjectURL(content), download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  kept.push(link.href);
  if (kept.length > mostKept) URL.revokeObjectURL(kept.shift()!);
}

/** The colours of the style sheet in print: a picture is drawn for paper, whatever the screen shows. */
function paperColours(): Map<string, string> {
  const probe = document.createElement("div");
  probe.className = "paper";
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const names = ["--ink", "--soft", "--line", "--paper", "--grid", ...Array.from({ length: 7 }, (_, place) => `--s${place}`), "--on", "--plot-background"];
  const colours = new Map(names.map((name) => [name, style.getPropertyValue(name).trim()]));
  probe.remove();
  return colours;
}

const clone = (element: Element): SVGSVGElement => element.cloneNode(true) as SVGSVGElement;

/** Title, legend and picture in one SVG that needs no style sheet. */
export function standalone(title: string, parts: SVGSVGElement[]): string {
  const gap = 8;
  const widest = Math.max(...parts.map((part) => Number(part.getAttribute("width"))));
  const outer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  let y = 30;
  const heading = document.createElementNS("http://www.w3.org/2000/svg", "text");
  heading.textContent = title;
  for (const [name, value] of Object.entries({ x: 8, y: 20, "font-size": 14, "font-weight": 600, fill: "currentColor" })) heading.setAttribute(name, String(value));
  outer.append(heading);
  for (const part of parts) {
    const copy = clone(part);
    copy.setAttribute("x", "8");
    copy.setAttribute("y", String(y));
    copy.style.overflow = "visible";
    outer.append(copy);
    y += Number(part.getAttribute("height")) + gap;
  }
  const colours = paperColours();
  const width = widest + 16;
  for (const [name, value] of Object.entries({ xmlns: "http://www.w3.org/2000/svg", width, height: y, viewBox: `0 0 ${width} ${y}`, "font-family": "system-ui, sans-serif" })) outer.setAttribute(name, String(value));
  outer.style.color = colours.get("--ink") ?? "#000";
  outer.style.background = colours.get("--paper") ?? "#fff";
  let text = new XMLSerializer().serializeToString(outer);
  text = text.replace(/var\((--[a-z0-9-]+)\)/g, (whole, name: string) => colours.get(name) ?? whole);
  return text;
}

export const saveSvg = (name: string, text: string): void => save(`${name}.svg`, new Blob([text], { type: "image/svg+xml" }));

export async function savePng(name: string, text: string): Promise<void> {
  const scale = 3; // some 300 dots per inch at the width of a column
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  canvas.toBlob((blob) => blob && save(`${name}.png`, blob), "image/png");
}
