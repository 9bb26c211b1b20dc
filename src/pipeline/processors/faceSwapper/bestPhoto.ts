import type { SourceFace } from '../../faces/identify';

/** Sharpness from which on more of it shows no more; measured on group photos as they are and blurred. */
const sharp = 0.04;

/**
 * The photo of a person to show a swapper that takes one picture: the one that is most frontal, sharp, and large enough for the crop.
 * The first of those that are equal.
 * @param size side of the crop in pixels
 */
export function bestPhoto<P extends Pick<SourceFace, 'face' | 'sharpness'>>(
  photos: readonly P[],
  size: number,
): P {
  const worth = ({ face: { pose, box }, sharpness }: P): number => {
    const frontal = cosine(pose.yaw) * cosine(pose.pitch);
    const large = Math.min(1, Math.min(box.width, box.height) / size);
    return frontal ** 2 * Math.min(1, sharpness / sharp) * large;
  };
  return photos.reduce((best, photo) => (worth(photo) > worth(best) ? photo : best));
}

const cosine = (degrees: number): number => Math.max(0, Math.cos((degrees * Math.PI) / 180));
