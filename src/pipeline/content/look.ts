import type { Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ContentClassifier } from './classifier';
import { isDoubtful, meanOf, sampleOf, type ContentClasses, type ContentSample } from './decision';
import { alteredViews } from './regions';

export interface Look extends ContentSample {
  /** Whether a region was doubtful at first sight, whatever its altered views say. */
  isDoubtful: boolean;
}

/** What the regions of a picture show; a doubtful one is looked at in altered views as well, and their mean counts. */
export async function lookAt(
  classifier: ContentClassifier,
  picture: FrameSource,
  regions: readonly Square[],
  seconds?: number,
): Promise<Look> {
  const found: ContentClasses[] = [];
  let isAnyDoubtful = false;
  for (const region of regions) {
    const views = [await classifier.classify(picture, region, 'first')];
    if (isDoubtful(views[0])) {
      isAnyDoubtful = true;
      for (const view of alteredViews(region)) views.push(await classifier.classify(picture, view, 'again'));
    }
    found.push(meanOf(views));
  }
  return { ...sampleOf(found, seconds), isDoubtful: isAnyDoubtful };
}
