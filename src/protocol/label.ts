/** Corners of the upright picture. */
export const labelPositions = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export type LabelPosition = (typeof labelPositions)[number];

/** What people read on every frame of a result; an empty text is no label. */
export interface VisibleLabel {
  text: string;
  position: LabelPosition;
}

export const defaultLabel: VisibleLabel = { text: '', position: 'bottom-right' };

/** Longer texts would be too small to read in most pictures. */
export const mostLabelCharacters = 80;

/** One line that is short enough; which characters can be drawn is known where the font is. */
export function isLabelText(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    Array.from(text).length <= mostLabelCharacters &&
    !/[\p{Cc}\u2028\u2029]/u.test(text)
  );
}
