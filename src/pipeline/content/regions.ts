import type { Box } from '../faces/face';
import type { Square } from '../image/crop';

/** Looked at with the people around them, largest first; more faces are seen by the whole frame. */
const mostPeople = 2;
/** Side of the square around a person, and how far its centre lies below the face's, in heights of the face. */
const personSize = 5;
const personBelow = 1.6;

/** A person's square that another one covers to this share shows nothing new. */
const sameShare = 0.75;

/** Longer than this for one of its short side, a picture is looked at in two squares as well. */
const longPicture = 1.2;

interface Size {
  width: number;
  height: number;
}

interface Face {
  box: Box;
  /** Degrees. */
  roll: number;
}

/**
 * What the classifier is shown of a picture: all of it, squeezed into a square as in its training, and the surroundings of the
 * largest faces, upright.
 * @param rotation degrees clockwise that bring the picture upright
 */
export function contentRegions(size: Size, rotation: number, faces: readonly Face[]): Square[] {
  const largest = [...faces].sort((a, b) => b.box.height - a.box.height).slice(0, mostPeople);
  const people: Square[] = [];
  for (const face of largest) {
    const region = personRegion(size, face);
    if (!people.some((other) => shares(region, other))) people.push(region);
  }
  return [wholePicture(size, rotation), ...people];
}

/** Of such regions the whole picture and one person's: the farthest from the one that was looked at last, so that all have their turn. */
export function regionsInTurn([whole, ...people]: readonly Square[], last?: Square): Square[] {
  const away = ({ cx, cy }: Square) => (last ? Math.hypot(cx - last.cx, cy - last.cy) : 0);
  return [whole, ...people.sort((a, b) => away(b) - away(a)).slice(0, 1)];
}

/** Whether the first square lies in the second so far that it shows the same; how both are turned hardly matters. */
function shares(one: Square, other: Square): boolean {
  const along = (a: number, b: number) =>
    Math.min(a + one.size / 2, b + other.size / 2) - Math.max(a - one.size / 2, b - other.size / 2);
  const [width, height] = [along(one.cx, other.cx), along(one.cy, other.cy)];
  const isLike = one.size >= sameShare * other.size;
  return isLike && width > 0 && height > 0 && width * height >= sameShare * one.size ** 2;
}

/** The same where nobody has looked for faces: all of the picture, and the squares at the ends of a long one. */
export function photoRegions(size: Size, rotation: number): Square[] {
  const { width, height } = size;
  const side = Math.min(width, height);
  const whole = wholePicture(size, rotation);
  if (Math.max(width, height) < longPicture * side) return [whole];
  const ends = [side / 2, Math.max(width, height) - side / 2];
  const across = width > height;
  const squares = ends.map((end) => ({
    cx: across ? end : width / 2,
    cy: across ? height / 2 : end,
    size: side,
    angle: whole.angle,
  }));
  return [whole, ...squares];
}

function wholePicture({ width, height }: Size, rotation: number): Square {
  const turned = rotation % 180 !== 0;
  return {
    cx: width / 2,
    cy: height / 2,
    size: turned ? height : width,
    angle: (-rotation * Math.PI) / 180,
    stretch: turned ? width / height : height / width,
  };
}

function personRegion({ width, height }: Size, { box, roll }: Face): Square {
  const size = Math.min(personSize * box.height, width, height);
  const angle = (roll * Math.PI) / 180;
  const below = Math.min(personBelow * box.height, size / 2);
  const cx = box.x + box.width / 2 - Math.sin(angle) * below;
  const cy = box.y + box.height / 2 + Math.cos(angle) * below;
  // Moved inside: black beyond the border is nothing the classifier knows.
  const inside = (centre: number, length: number) => Math.min(length - size / 2, Math.max(size / 2, centre));
  return { cx: inside(cx, width), cy: inside(cy, height), size, angle };
}

/** A region a little nearer, from four sides, and turned: what is really there is seen in all of them. */
export function alteredViews(region: Square): Square[] {
  const near = { ...region, size: region.size * 0.85 };
  const shift = region.size * 0.07;
  return [
    near,
    { ...near, cx: region.cx - shift },
    { ...near, cx: region.cx + shift },
    { ...near, cy: region.cy - shift },
    { ...near, cy: region.cy + shift },
    { ...region, angle: region.angle + 0.1 },
  ];
}
