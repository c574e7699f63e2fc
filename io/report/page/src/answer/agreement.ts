import { scenarios, settings, stanceOf, sweptColumns } from "../charts/common";
import type { Result } from "../data/result";
import { w } from "../words";
import type { Line } from "./card";

/** Whether the stances give the same answer under the same settings, and whether it changes with what was swept. */
export function agreement(result: Result, lines: Line[], says: { disagree: string; agree: string }): string | undefined {
  const stances = [...new Set(scenarios(result).map(stanceOf))];
  const several = stances.length > 1;
  const cells = settings(result).cells;
  const answersBy = (key: (scenario: string) => string): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    for (const { scenario = "", text } of lines) found.set(key(scenario), (found.get(key(scenario)) ?? new Set()).add(text));
    return found;
  };
  const disagree = [...answersBy((scenario) => cells(scenario).slice(several ? 1 : 0).join("\n")).values()].some((answers) => answers.size > 1);
  const changing = [...answersBy(stanceOf)].filter(([, answers]) => sweptColumns(result).length > 0 && answers.size > 1).map(([stance]) => stance);
  const swept = sweptColumns(result).join(", ");
  const pieces = [
    several ? (disagree ? says.disagree : says.agree) : "",
    changing.length === 0 ? "" : several ? w(`It changes with ${swept} under: ${changing.join(", ")}.`, `随 ${swept} 而变的立场：${changing.join("、")}。`) : w(`The answer changes with ${swept}.`, `结论随 ${swept} 而变。`),
  ];
  return pieces.filter((piece) => piece !== "").join(" ") || undefined;
}
