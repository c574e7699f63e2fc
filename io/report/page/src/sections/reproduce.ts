import type { Result } from "../data/result";
import { table } from "../data/result";
import { h, named } from "../ui/dom";
import { save } from "../ui/download";
import { w } from "../words";

/** The study as it was asked, and how to get the same numbers again. */

const source = (result: Result): string => result.tables.get("/study")?.text("source", 0) ?? "";
const resolved = (result: Result): string => result.tables.get("/study")?.text("resolved", 0) ?? "";

const code = (text: string, label: string): HTMLElement => h("pre", { tabindex: 0, role: "region", "aria-label": label }, h("code", {}, text));

export function asked(result: Result): HTMLElement {
  const full = h("details", {}, h("summary", {}, w("The study with every default filled in", "补全全部默认值的研究文件")));
  full.addEventListener("toggle", () => {
    if (full.childElementCount === 1) full.append(code(resolved(result), w("The study with every default filled in", "补全全部默认值的研究文件")));
  });
  const given = w("The file as it was given. Values that were set on the command line (--set, --sweep) are not in it; what was run is the study below it.", "所给的原始文件。命令行设置的值（--set、--sweep）不在其中；实际运行的是其下的完整研究。");
  return h("div", {}, h("p", { class: "note" }, given), code(source(result), w("The study file", "研究文件")), full);
}

export function reproduce(result: Result): HTMLElement {
  const { header } = result;
  const runtime = table(result, "/runtime");
  const facts: [string, string][] = [
    [w("program", "程序"), `vcohort ${header.engine_version} (${header.git_revision})`], [w("seed", "随机种子"), header.seed], [w("generator", "随机数发生器"), header.rng],
    [w("study (SHA-256)", "研究 (SHA-256)"), header.study_sha256], [w("evidence (SHA-256)", "证据 (SHA-256)"), header.evidence_sha256], [w("content digest", "内容摘要"), header.content_digest],
  ];
  if (runtime) facts.push([w("computed on", "计算于"), `${runtime.text("host", 0)}, ${runtime.number("threads", 0)} ${w("threads", "线程")}`]);
  const saveStudy = h("button", { type: "button", click: () => save("study.toml", new Blob([resolved(result)], { type: "text/plain" })) }, w("Save the study as study.toml", "将研究保存为 study.toml"));
  return h("div", {},
    h("p", {}, w("The same study, seed and program give the same numbers, on any number of threads, parts or machines. The digest covers the text of the study file, too: the study that is saved here gives the same tables under a digest of its own.", "相同的研究、种子与程序在任意线程数、分块或机器上给出相同的数值。摘要也包含研究文件的文本：此处保存的研究给出相同的数据表，但摘要不同。")),
    saveStudy, code("vcohort run study.toml -o again.h5\nvcohort show again.h5", w("Commands", "命令")),
    h("dl", { class: "facts" }, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, named(value))))));
}
