import { FaceSwapError } from '../../protocol/errors';
import type { LabelPosition, VisibleLabel } from '../../protocol/label';
import { drawLabel, prepareLabel, turnLabel, type LabelPicture } from '../image/label';
import type { Frame } from '../image/frame';
import type { Rect } from '../image/region';
import { fromUpright } from '../image/upright';
import { measureText, openLabelFont, paintText, type TextMeasure } from './labelText';
import type { MediaInfo } from './mediaInfo';

/** Share of the shorter side of a picture, and the least that can be read, in pixels. */
const letterShare = 0.03;
const leastLetters = 12;

/** Distance to the picture's edges, and how much of the picture the box hides. */
const marginShare = 0.6;
const boxShare = 0.65;

/** What goes over every frame of a result, and where it stands in frames as they are stored. */
export interface FrameLabel {
  rect: Rect;
  draw(frame: Frame): void;
}

/**
 * Makes the label of a job for its target; undefined without a text. Throws `label-not-drawable` for characters that the font does not
 * have, and `label-too-long` for a text that cannot be read in a picture as small as this.
 */
export async function openLabel(
  wanted: VisibleLabel | undefined,
  info: MediaInfo,
): Promise<FrameLabel | undefined> {
  const text = (wanted?.text ?? '').normalize('NFC').trim();
  if (!wanted || text === '') return undefined;
  const { displayWidth: width, displayHeight: height, rotation, format } = info;
  const measure = fit(measureText(await openLabelFont(), text), width, height);
  const letters = await paintText(measure);
  const picture: LabelPicture = {
    width: measure.width,
    height: measure.height,
    clear: letters.map((share) => (1 - boxShare) * (1 - share)),
    light: letters,
  };
  const rect = storedPlace(placeOf(measure, wanted.position, width, height), info);
  const label = prepareLabel(turnLabel(picture, rotation), rect, format);
  return { rect, draw: (frame) => drawLabel(frame, label) };
}

/** The text as large as it should be, or as large as it can be. */
function fit(at: (size: number) => TextMeasure, width: number, height: number): TextMeasure {
  const wanted = Math.max(leastLetters, Math.round(letterShare * Math.min(width, height)));
  for (let size = wanted; size >= leastLetters; size--) {
    const measure = at(size);
    const room = 2 * marginOf(measure);
    if (measure.width + room <= width && measure.height + room <= height) return measure;
  }
  throw new FaceSwapError('label-too-long', { size: `${width}×${height}` });
}

const marginOf = ({ size }: TextMeasure): number => Math.round(marginShare * size);

function placeOf(measure: TextMeasure, position: LabelPosition, width: number, height: number): Rect {
  const margin = marginOf(measure);
  return {
    x: position.endsWith('left') ? margin : width - margin - measure.width,
    y: position.startsWith('top') ? margin : height - margin - measure.height,
    width: measure.width,
    height: measure.height,
  };
}

/** A place of the upright picture in the stored one, moved by less than a chroma sample to begin with a whole one. */
function storedPlace({ x, y, width, height }: Rect, { rotation, format }: MediaInfo): Rect {
  const corners = [fromUpright(x, y, format, rotation), fromUpright(x + width, y + height, format, rotation)];
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left & ~1, y: top & ~1, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}
