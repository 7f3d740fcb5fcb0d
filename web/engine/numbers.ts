/** Numbers as text: exact, as Python writes them, and short. */

/** Gives the shortest decimal that reads back as the same float64 number, written as Python's repr does. */
export function repr(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [mantissa = "", power = "0"] = x.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const digits = mantissa.replace(/[-.]/g, "");
  const sign = x < 0 ? "-" : "";
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/** Gives at most so many significant digits, without trailing zeros or an exponent where it can do without. */
export function short(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return repr(x);
  const rounded = Number(x.toPrecision(digits)) + 0;
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return rounded.toExponential().replace("e+", "e");
  return String(rounded);
}
