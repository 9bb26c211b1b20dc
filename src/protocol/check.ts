/**
 * Tells whether a value that another process or page sent has the shape that is expected. Checks are put together from smaller
 * ones, and the type of what passes is derived from them, so that a message and its check cannot drift apart.
 */
export type Check<T> = (value: unknown) => value is T;
export type Checked<C> = C extends Check<infer T> ? T : never;

type Fields = Record<string, Check<unknown>>;
type Required<F extends Fields> = { [K in keyof F]: Checked<F[K]> };
type Optional<F extends Fields> = { [K in keyof F]?: Checked<F[K]> };

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
export const isCount = (value: unknown): value is number => isNumber(value) && value >= 0;
export const isIndex = (value: unknown): value is number => isCount(value) && Number.isInteger(value);
export const isBase64 = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value);

export const isOne =
  <const T extends string | number>(...known: readonly T[]): Check<T> =>
  (value: unknown): value is T =>
    known.some((candidate) => candidate === value);

export const isList =
  <T>(of: Check<T>): Check<T[]> =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(of);

/** A list of this many. */
export const isTuple =
  <T extends unknown[]>(...of: { [I in keyof T]: Check<T[I]> }): Check<T> =>
  (value: unknown): value is T =>
    Array.isArray(value) && value.length === of.length && of.every((check, i) => check(value[i]));

export const isEither =
  <C extends readonly Check<unknown>[]>(...checks: C): Check<Checked<C[number]>> =>
  (value: unknown): value is Checked<C[number]> =>
    checks.some((check) => check(value));

export const isRecordOf =
  <T>(of: Check<T>): Check<Record<string, T>> =>
  (value: unknown): value is Record<string, T> =>
    isFields(value) && Object.values(value).every(of);

/** An object with these fields, and with the optional ones right where they are there. */
export function isShape<R extends Fields>(required: R): Check<Required<R>>;
export function isShape<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Check<Required<R> & Optional<O>>;
export function isShape(required: Fields, optional: Fields = {}) {
  return (value: unknown): value is Record<string, unknown> =>
    isFields(value) &&
    Object.entries(required).every(([name, check]) => check(value[name])) &&
    Object.entries(optional).every(([name, check]) => value[name] === undefined || check(value[name]));
}

export const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export const isJson = (value: unknown): value is Json =>
  value === null ||
  isFlag(value) ||
  isNumber(value) ||
  isText(value) ||
  isList(isJson)(value) ||
  isRecordOf(isJson)(value);
