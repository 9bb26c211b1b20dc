import type { MediaInfo } from './mediaInfo';

/** Times of a whole video's packets in ticks of `timescale`. */
export interface JoinTiming {
  timescale: number;
  /** Seconds that are taken off everything: broadcast streams start their clock anywhere. */
  startSeconds: number;
  /** Whole seconds by which all times are moved so that none is negative on the way through the pipe. */
  shiftSeconds: number;
  decodingTime(packet: number): number;
  presentationTime(frame: number): number;
  duration(packet: number): number;
}

/**
 * Decoding times for packets whose presentation times are given: packet n is decoded when frame n - `delay` is shown.
 * @param delay by how many frames the encoder reorders: the smallest that keeps decoding before presentation
 */
export function joinTiming(info: MediaInfo, delay: number): JoinTiming {
  const { timestamps, timeBase, frames } = info;
  const nominal = Math.max(
    1,
    Math.round((info.frameRate.den * timeBase.den) / (info.frameRate.num * timeBase.num)),
  );
  let gap = nominal;
  for (let n = 1; n < frames; n++) gap = Math.min(gap, timestamps[n] - timestamps[n - 1]);
  // MP4 and Matroska mean what they say; elsewhere a late start is no pause before the picture.
  const startSeconds = info.seekable ? 0 : info.fileStartSeconds;
  const start = Math.round((startSeconds * timeBase.den) / timeBase.num);
  const earliest = (timestamps[0] - start - delay * gap) * timeBase.num;
  const shiftSeconds = Math.max(0, Math.ceil(-earliest / timeBase.den));
  const shift = shiftSeconds * timeBase.den;
  const ticks = (time: number) => (time - start) * timeBase.num + shift;
  const decodingTime = (packet: number) =>
    ticks(packet < delay ? timestamps[0] - (delay - packet) * gap : timestamps[packet - delay]);
  // The last packet lasts as long as makes the track as long as the picture is shown.
  const end = ticks(timestamps[frames - 1] + nominal - delay * gap);
  return {
    timescale: timeBase.den,
    startSeconds,
    shiftSeconds,
    decodingTime,
    presentationTime: (frame) => ticks(timestamps[frame]),
    duration: (packet) => (packet + 1 < frames ? decodingTime(packet + 1) : end) - decodingTime(packet),
  };
}
