import type { PhotoHint } from './analysis';
import { english, type Translate } from './translate';

/** A word or two for what may spoil a source photo. */
export function photoHintText(hint: PhotoHint, t: Translate = english): string {
  const texts: Record<PhotoHint, string> = {
    'turned-away': t('turned away'),
    blurred: t('blurred'),
    small: t('small'),
    fringe: t('fringe'),
    'eyes-closed': t('eyes closed'),
  };
  return texts[hint];
}

/** What to do about it, as a sentence. */
export function photoAdvice(hint: PhotoHint, t: Translate = english): string {
  const texts: Record<PhotoHint, string> = {
    'turned-away': t('A photo from the front shows more of the face.'),
    blurred: t('A sharper photo gives a sharper result.'),
    small: t('A larger picture of the face gives more detail.'),
    fringe: t('Hair covers the forehead; a photo with a free forehead works better.'),
    'eyes-closed': t('A photo with open eyes works better.'),
  };
  return texts[hint];
}
