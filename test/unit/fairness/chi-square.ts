/**
 * Pearson's chi-square: the chance that something truly uniform looks as uneven as `observed` or worse.
 * `scale` is what the statistic's spread exceeds the independent case by.
 */
export function chance(
  observed: ArrayLike<number>,
  expected: (cell: number) => number,
  degrees: number,
  scale = 1,
): number {
  let statistic = 0;
  for (let cell = 0; cell < observed.length; cell++) {
    const wanted = expected(cell);
    if (wanted > 0) statistic += ((observed[cell] ?? 0) - wanted) ** 2 / wanted;
  }
  return upperTail(degrees, statistic / scale);
}

/** P(X ≥ x) of the chi-square distribution, to about ten digits: 1 − P(k/2, x/2), by series or continued fraction (Abramowitz and Stegun 6.5.29, 6.5.31). */
export function upperTail(degrees: number, x: number): number {
  const [a, z] = [degrees / 2, x / 2];
  if (z <= 0) return 1;
  const front = Math.exp(a * Math.log(z) - z - logGamma(a));
  return z < a + 1 ? 1 - front * series(a, z) : front * fraction(a, z);
}

function series(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-15; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method. */
function fraction(a: number, z: number): number {
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const term = n * (a - n);
    b += 2;
    d = 1 / (term * d + b);
    c = b + term / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** Stirling's series, after moving the argument up to where it is exact to fifteen digits. */
function logGamma(x: number): number {
  let [at, shift] = [x, 0];
  for (; at < 15; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const tail = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + tail - shift;
}
