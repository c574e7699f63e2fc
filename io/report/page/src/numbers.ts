/** Numbers as the program prints them (io/console): the reader finds the same in both. */

const beyond = 30; // digits after which no double is half-way between two texts and yet not exactly so

/** Cuts a text with `beyond` digits too many if it lies exactly half-way above an even digit: JavaScript rounds it up, C down. */
function halfAboveEven(text: string): string | undefined {
  const kept = text.slice(0, -beyond);
  return text.endsWith(`5${"0".repeat(beyond - 1)}`) && /[02468]\.?$/.test(kept) ? kept.replace(/\.$/, "") : undefined;
}

/** C's %.{digits}f. */
export const fixed = (value: number, digits: number): string => halfAboveEven(value.toFixed(digits + beyond)) ?? value.toFixed(digits);

/** C's %.{digits}e, split at the e. */
function scientific(value: number, digits: number): [string, number] {
  const [whole, power] = value.toExponential(digits + beyond).split("e") as [string, string];
  const even = halfAboveEven(whole);
  if (even !== undefined) return [even, Number(power)];
  const [mantissa, exponent] = value.toExponential(digits).split("e") as [string, string];
  return [mantissa, Number(exponent)];
}

/** C's %.{digits}g. */
export function general(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "-";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const [mantissa, exponent] = scientific(value, digits - 1);
  if (exponent < -4 || exponent >= digits) return `${trim(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return trim(fixed(value, Math.max(0, digits - 1 - exponent)));
}

const trim = (text: string): string => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

/** A number of a table as the screen has it: large ones whole, not as 1.5e+04. */
export const whole = (value: number): string => (Math.abs(value) >= 1e4 && Math.abs(value) < 1e12 ? fixed(value, 0) : general(value));

/** The place of the first digit of an error: 2 of 0.03. */
const firstDigit = (error: number): number => -Number(error.toExponential().split("e")[1]);
const within = (digits: number, most: number): number => Math.min(most, Math.max(0, digits));
const rounding = 1e-7; // of a mean of equal numbers

/** "1.423 ± 0.008": one digit more than the error has. */
export function withError(value: number, error: number): string {
  if (Number.isNaN(value)) return "-";
  if (!(error > rounding * Math.abs(value)) || !Number.isFinite(value) || !Number.isFinite(error)) return general(value);
  const digits = within(firstDigit(error) + 1, 6);
  return `${fixed(value, digits)} ± ${fixed(error, digits)}`;
}

/** "1.42 ± 0.01": as many digits as the error has. */
export function briefly(value: number, error: number): string {
  if (Number.isNaN(value)) return "-";
  if (!(error > rounding * Math.abs(value)) || !Number.isFinite(value) || !Number.isFinite(error)) return general(value, 3);
  const digits = within(firstDigit(error), 4);
  return `${fixed(value, digits)} ± ${fixed(error, digits)}`;
}

export const percent = (share: number, error: number): string => withError(100 * share, 100 * error);
export const brieflyPercent = (share: number, error: number): string => briefly(100 * share, 100 * error);

function grouped(value: number): string {
  const digits = fixed(Math.abs(value), 0).replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < -0.5 ? "-" : "") + digits;
}

/** Whole money, grouped by thousands. */
export const money = (value: number, error = 0): string =>
  Number.isNaN(value) ? "-" : error > 0 ? `${grouped(value)} ± ${grouped(error)}` : grouped(value);

/** An amount with about three digits: money in whole units, small numbers with decimals. */
export const amount = (value: number): string => (Math.abs(value) >= 1000 ? grouped(value) : general(value, 3));

/** Half the width of a 95 % Monte Carlo interval in standard errors. */
export const z95 = 1.959964;

/** A share in per cent, to a tenth; never "100" or "0" for what is not all or nothing (engine/numeric/percent). */
export function percentOf(share: number): string {
  if (Number.isNaN(share)) return "-";
  const tenths = Math.round(1000 * share);
  if (share < 1 && tenths >= 1000) return "> 99.9";
  if (share > 0 && tenths < 1) return "< 0.1";
  return general(tenths / 10, 6);
}
