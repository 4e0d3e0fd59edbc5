/** Functions of single values. */
import type { FunctionRow } from "../ast.ts";
import { perValue } from "./kinds.ts";

export const mathFunctions = {
  abs: perValue(Math.abs, "绝对值", "the absolute value"),
  ceil: perValue(Math.ceil, "向上取整", "rounded up to a whole number"),
  floor: perValue(Math.floor, "向下取整", "rounded down to a whole number"),
  round: perValue(
    (value, step) => {
      // Dividing by the inverse is what Prometheus does, and gives the same last digits.
      const inverse = 1 / (Number.isNaN(step) ? 1 : step);
      return Math.floor(value * inverse + 0.5) / inverse;
    },
    "四舍五入到某数的倍数（默认 1）",
    "rounded to the nearest multiple of a number, 1 where none is given",
    "scalar?",
  ),
  clamp: perValue(
    (value, low, high) => (low > high ? undefined : Math.max(low, Math.min(high, value))),
    "限制在最小值与最大值之间",
    "kept between a smallest and a largest value",
    "scalar",
    "scalar",
  ),
  clamp_min: perValue((value, low) => Math.max(low, value), "不小于某值", "not below a value", "scalar"),
  clamp_max: perValue((value, high) => Math.min(high, value), "不大于某值", "not above a value", "scalar"),
  sgn: perValue(Math.sign, "符号：-1、0 或 1", "the sign: -1, 0 or 1"),
  sqrt: perValue(Math.sqrt, "平方根", "the square root"),
  exp: perValue(Math.exp, "e 的幂", "e to the power of the value"),
  ln: perValue(Math.log, "自然对数", "the natural logarithm"),
  log2: perValue(Math.log2, "以 2 为底的对数", "the logarithm to base 2"),
  log10: perValue(Math.log10, "以 10 为底的对数", "the logarithm to base 10"),
  sin: perValue(Math.sin, "正弦", "the sine"),
  cos: perValue(Math.cos, "余弦", "the cosine"),
  tan: perValue(Math.tan, "正切", "the tangent"),
  asin: perValue(Math.asin, "反正弦", "the arcsine"),
  acos: perValue(Math.acos, "反余弦", "the arccosine"),
  atan: perValue(Math.atan, "反正切", "the arctangent"),
  sinh: perValue(Math.sinh, "双曲正弦", "the hyperbolic sine"),
  cosh: perValue(Math.cosh, "双曲余弦", "the hyperbolic cosine"),
  tanh: perValue(Math.tanh, "双曲正切", "the hyperbolic tangent"),
  asinh: perValue(Math.asinh, "反双曲正弦", "the inverse hyperbolic sine"),
  acosh: perValue(Math.acosh, "反双曲余弦", "the inverse hyperbolic cosine"),
  atanh: perValue(Math.atanh, "反双曲正切", "the inverse hyperbolic tangent"),
  deg: perValue((value) => (value * 180) / Math.PI, "弧度转角度", "radians to degrees"),
  rad: perValue((value) => (value * Math.PI) / 180, "角度转弧度", "degrees to radians"),
} satisfies Record<string, FunctionRow>;
