import { t } from './texts';

/** Minutes, seconds and hundredths: `1:05.25`. */
export function clockText(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const rest = (hundredths % 6000) / 100;
  return `${Math.floor(hundredths / 6000)}:${rest.toFixed(2).padStart(5, '0')}`;
}

/** Minutes and seconds: `1:05`. */
export function shortClock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** A stretch of time in words that people use: `2 min 5 s`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return t('{0} s', whole);
  if (whole < 3600) return t('{0} min {1} s', Math.floor(whole / 60), whole % 60);
  return t('{0} h {1} min', Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
}

/** Bytes as a file manager says it. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return t('{0} kB', Math.max(1, Math.round(bytes / 1e3)));
  return bytes < 1e9 ? t('{0} MB', (bytes / 1e6).toFixed(1)) : t('{0} GB', (bytes / 1e9).toFixed(2));
}

/** Frames per second, short. */
export const rateText = (fps: number): string => t('{0} fps', fps >= 10 ? fps.toFixed(0) : fps.toFixed(1));

/** At most two decimals, and none that say nothing. */
export const plainNumber = (value: number): string => String(Math.round(value * 100) / 100);
