import type { Control } from "../charts/chart";
import { state } from "../state";
import { w } from "../words";
import { h, named } from "./dom";

const separator = "|";

/** What is chosen, of the options that there are. */
export function chosen(control: Control): string[] {
  const said = state.get(control.key);
  const wanted = (said ?? control.fallback).split(separator).filter((option) => control.options.includes(option));
  const found = wanted.length > 0 ? wanted : control.fallback.split(separator).filter((option) => control.options.includes(option));
  return control.most ? found.slice(0, control.most) : (found.length > 0 ? found : control.options).slice(0, 1);
}

const say = (control: Control, option: string): string => (control.say ? control.say(option) : option);

function choiceOfOne(control: Control): HTMLElement {
  const current = chosen(control)[0];
  const select = h("select", { "data-key": control.key }, ...control.options.map((option) => h("option", { value: option, selected: option === current }, say(control, option))));
  select.addEventListener("change", () => state.set(control.key, select.value));
  return h("label", { class: "control" }, h("span", {}, control.label), select);
}

function choiceOfSeveral(control: Control): HTMLElement {
  const most = control.most!;
  const current = new Set(chosen(control));
  const count = h("small", {}, ` ${current.size}/${control.options.length}`);
  const boxes: { box: HTMLInputElement; line: HTMLElement; option: string }[] = control.options.map((option) => {
    const box = h("input", { type: "checkbox", checked: current.has(option) });
    box.addEventListener("change", () => {
      if (box.checked && current.size >= most) {
        box.checked = false;
        return;
      }
      if (box.checked) current.add(option);
      else current.delete(option);
      count.textContent = ` ${current.size}/${control.options.length}`;
      const value = control.options.filter((each) => current.has(each)).join(separator);
      state.set(control.key, value === "" ? undefined : value);
    });
    return { box, option, line: h("label", { class: "option" }, box, named(say(control, option))) };
  });
  const filter = h("input", { type: "search", placeholder: w("find", "查找"), "aria-label": w(`find in ${control.label}`, `查找：${control.label}`) });
  filter.addEventListener("input", () => {
    for (const { line, option } of boxes) line.hidden = !say(control, option).toLowerCase().includes(filter.value.toLowerCase());
  });
  const note = h("small", {}, w(`at most ${most}`, `最多 ${most} 项`));
  const list = h("div", { class: "options" }, control.options.length > 12 ? filter : null, ...boxes.map(({ line }) => line), note);
  return h("details", { class: "control several" }, h("summary", {}, control.label, count), list);
}

/** A control, or nothing where there is nothing to choose. */
export function controlView(control: Control): HTMLElement | null {
  if (control.options.length < 2) return null;
  return control.most ? choiceOfSeveral(control) : choiceOfOne(control);
}
