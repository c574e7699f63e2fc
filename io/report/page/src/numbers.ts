/** Numbers as the program prints them (io/console): the reader finds the same in both. */

/** C's %.{digits}g. */
export function general(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "-";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa, power] = value.toExponential(digits - 1).split("e") as [string, string];
    const sign = power.startsWith("-") ? "-" : "+";
    return `${trim(mantissa)}e${sign}${power.replace(/^[+-]/, "").padStart(2, "0")}`;
  }
  return trim(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

const trim = (text: string): string => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

const decimals = (error: number): number => Math.min(6, Math.max(0, Math.ceil(-Math.log10(error)) + 1));

/** "1.423 ± 0.008": one digit more than the error has. */
export function withError(value: number, error: number): string {
  if (Number.isNaN(value)) return "-";
  if (!(error > 1e-7 * Math.abs(value)) || !Number.isFinite(value)) return general(value);
  return `${value.toFixed(decimals(error))} ± ${error.toFixed(decimals(error))}`;
}

export const percent = (share: number, error: number): string => (Number.isNaN(share) ? "-" : `${withError(100 * share, 100 * error)}`);

function grouped(value: number): string {
  const digits = Math.abs(value).toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
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
