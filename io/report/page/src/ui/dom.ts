/** Elements without a framework. Texts become text nodes: nothing that a study says is ever markup. */

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;

const shown = (letters: string): string => letters.replace(/./gu, (letter) => `[U+${letter.codePointAt(0)!.toString(16).toUpperCase()}]`);

/** A text whose letters without a shape are visible marks: overrides and embeddings of direction (Unicode's UAX 9) would turn around what is written, the others vanish. Isolates stay where they are closed. */
export const visible = (text: string): string => text.replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066\u2067\ufeff]+/gu, shown).replace(/\u2068[^\u2068\u2069]*\u2069|[\u2068\u2069]/gu, (piece) => (piece.length > 1 ? piece : shown(piece)));

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(typeof child === "string" ? visible(child) : child);
}

export function h<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}

export function svg<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[Name] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(element, attributes, children);
  return element;
}

/** A name within a sentence: Unicode's isolates keep its right-to-left marks from what follows. */
export const isolated = (text: string): string => `\u2068${text.replace(/[\u2066-\u2069]+/gu, shown)}\u2069`;

/** A name that a study gave, alone in its direction, so that right-to-left marks change nothing around it. */
export const named = (text: string): HTMLElement => h("bdi", {}, text);
