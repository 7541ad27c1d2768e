/** A range of costs or sizes. What cannot be known ends at `most`. */
export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** More than any number of 64 bits is not counted. */
export const most = 2 ** 64;

export const unknown: CostRange = { min: 0, max: most };
export const fixed = (n: number): CostRange => ({ min: n, max: n });
export const cap = (n: number): number => Math.min(most, n);
export const add = (a: CostRange, b: CostRange): CostRange => ({
  min: cap(a.min + b.min),
  max: cap(a.max + b.max),
});
export const multiply = (a: CostRange, b: CostRange): CostRange => ({
  min: cap(a.min * b.min),
  max: cap(a.max * b.max),
});
export const scale = (a: CostRange, factor: number): CostRange => ({
  min: cap(Math.ceil(a.min * factor)),
  max: cap(Math.ceil(a.max * factor)),
});
export const union = (a: CostRange, b: CostRange): CostRange => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
