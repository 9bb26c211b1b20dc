import type { JobReport, Progress } from '../protocol/report';

const barWidth = 28;

/** Bar, percent, speed, time left and provider in one line of at most `columns` characters. */
export function barText(progress: Progress, columns: number): string {
  const filled = Math.min(barWidth, Math.round((barWidth * progress.frame) / progress.total));
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${bar} ${statusText(progress)}`.slice(0, columns);
}

export function statusText({ frame, total, fps, secondsLeft, provider, fellBack, vram }: Progress): string {
  const parts = [`${Math.floor((100 * frame) / total)} %`, `${frame}/${total}`];
  if (fps > 0) parts.push(`${fps.toFixed(1)} fps`);
  if (secondsLeft !== undefined) parts.push(`${clock(secondsLeft)} left`);
  if (provider !== undefined) parts.push(fellBack === true ? `${provider} (fallback)` : provider);
  if (vram !== undefined) parts.push(`VRAM ${vram.usedMb}/${vram.totalMb} MB`);
  return parts.join(' · ');
}

/** Seconds as 0:07 or 1:02:03, rounded up. */
export function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours === 0 ? `${minutes}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`;
}

export function summaryLines(report: JobReport): string[] {
  const { frames, framesWithSwap, seconds, fps, audio, peakMemoryMb, warnings, gpu } = report;
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    `${frames} ${frames === 1 ? 'frame' : 'frames'}, a face swapped in ${framesWithSwap}; ` +
      `${seconds.toFixed(1)} s, ${fps.toFixed(1)} fps; audio ${audio}; at most ${peakMemoryMb.toFixed(0)} MB` +
      (gpu ? `, GPU memory of all programs at most ${gpu.peakMb} of ${gpu.totalMb} MB` : ''),
  ];
}
