import type { ColourMatrix } from '../image/frame';
import type { ColourTags } from './mediaInfo';

type Codes = Readonly<Record<string, number | undefined>>;

// ITU-T H.273 code points by ffmpeg's names. Numbers are passed on to ffmpeg because its generations disagree on
// how some of the names are spelled on the command line.
const primaries: Codes = {
  bt709: 1,
  bt470m: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  film: 8,
  bt2020: 9,
  smpte428: 10,
  smpte431: 11,
  smpte432: 12,
  'jedec-p22': 22,
  ebu3213: 22,
};
const transfers: Codes = {
  bt709: 1,
  bt470m: 4,
  gamma22: 4,
  bt470bg: 5,
  gamma28: 5,
  smpte170m: 6,
  smpte240m: 7,
  linear: 8,
  log100: 9,
  log316: 10,
  'iec61966-2-4': 11,
  bt1361e: 12,
  'iec61966-2-1': 13,
  'bt2020-10': 14,
  'bt2020-12': 15,
  smpte2084: 16,
  smpte428: 17,
  'arib-std-b67': 18,
};
const spaces: Codes = {
  gbr: 0,
  bt709: 1,
  fcc: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  ycgco: 8,
  ycocg: 8,
  bt2020nc: 9,
  bt2020c: 10,
};

export interface ColourNumbers {
  primaries?: number;
  transfer?: number;
  space?: number;
  full?: boolean;
}

export function colourNumbers(tags: ColourTags): ColourNumbers {
  const numbers: ColourNumbers = {};
  const primary = primaries[tags.primaries ?? ''];
  const transfer = transfers[tags.transfer ?? ''];
  const space = spaces[tags.space ?? ''];
  if (primary !== undefined) numbers.primaries = primary;
  if (transfer !== undefined) numbers.transfer = transfer;
  if (space !== undefined) numbers.space = space;
  if (tags.range === 'pc' || tags.range === 'tv') numbers.full = tags.range === 'pc';
  return numbers;
}

/** The matrix to compute with. Untagged video is read as players do: standard definition is BT.601. */
export function colourMatrix(tags: ColourTags, height: number): ColourMatrix | undefined {
  switch (tags.space) {
    case 'bt709':
      return 'bt709';
    case 'bt470bg':
    case 'smpte170m':
    case 'fcc':
      return 'bt601';
    case 'bt2020nc':
      return 'bt2020';
    case undefined:
      return height < 720 ? 'bt601' : 'bt709';
    default:
      return undefined;
  }
}

/** High dynamic range and log curves: an 8-bit round trip through a face swap would damage them. */
export function isHighDynamicRange(tags: ColourTags): boolean {
  return tags.transfer === 'smpte2084' || tags.transfer === 'arib-std-b67';
}
