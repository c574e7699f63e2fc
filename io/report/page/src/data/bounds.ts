/** What of a result the page holds; the program keeps the same rules, io/report/page_data.cpp, and a test holds the two together. */

const rowsOfOne = 2_000;   // tables with a row for each trial, patient, block or kind of event
const rowsOfDraws = 12_000;
const rowsOfAnswers = 100_000;

const long = ["/trial/replicates", "/cohort/patients/", "/runtime/parts", "/cohort/adverse_events"];
const draws = ["/policy/draws", "/cohort/draws"];
const never = ["/evidence", "/study/purposes", "/tallies", "/policy/parameter_draws"];

const begins = (path: string, starts: string[]): boolean => starts.some((start) => path.startsWith(start));

export const omitted = (path: string): boolean => begins(path, never);

export const mostRows = (path: string): number => (begins(path, long) ? rowsOfOne : begins(path, draws) ? rowsOfDraws : rowsOfAnswers);

/** Columns from which parts are merged; means and deviations say the same to a reader. */
export const ofMerging = (column: string): boolean => column === "sum" || column === "sum_of_squares";
