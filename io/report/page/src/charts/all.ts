import type { Chart } from "./chart";
import { dosingGrid } from "./cohort/dosing_grid";
import { forest } from "./cohort/forest";
import { gains } from "./cohort/gains";
import { riskBenefit } from "./cohort/risk_benefit";
import { trajectories } from "./cohort/trajectories";
import { whoGains } from "./cohort/who_gains";
import { claims } from "./evidence/claims";
import { replications } from "./evidence/replications";
import { strength } from "./evidence/strength";
import { budget, costs } from "./policy/budget";
import { ceac, expectedLoss, information, netBenefit } from "./policy/by_willingness";
import { choices } from "./policy/choices";
import { forWhom } from "./policy/for_whom";
import { frontier } from "./policy/frontier";
import { plane } from "./policy/plane";
import { research } from "./policy/research";
import { sobol } from "./policy/sobol";
import { thresholds } from "./policy/thresholds";
import { tornado } from "./policy/tornado";
import { twoWay } from "./policy/two_way";
import { expectedEvents, informationTime } from "./trial/calendar";
import { closedForms } from "./trial/closed_forms";
import { examples } from "./trial/examples";
import { boundaries, stopping } from "./trial/looks";
import { operating } from "./trial/operating";
import { powerCurve } from "./trial/power_curve";
import { powerSurface } from "./trial/power_surface";
import { recruitment } from "./trial/recruitment";
import { timeline } from "./trial/timeline";
import { typeOne } from "./trial/type_one";

/** Every chart of the page, in the order in which they stand in their sections. A new one is a file and a name here. */
const charts = {
  cohort: [gains, trajectories, dosingGrid, forest, riskBenefit, whoGains],
  trial: [powerCurve, powerSurface, boundaries, stopping, informationTime, expectedEvents, recruitment, closedForms, typeOne, operating, examples, timeline],
  policy: [plane, frontier, ceac, netBenefit, expectedLoss, information, choices, tornado, thresholds, twoWay, sobol, costs, budget, forWhom, research],
  evidence: [replications, claims, strength],
} satisfies Record<string, Chart[]>;

export type SectionName = keyof typeof charts;
export const sectionNames = Object.keys(charts) as SectionName[];
export const chartsOf = (name: SectionName): Chart[] => charts[name];
