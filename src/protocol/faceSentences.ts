import { count, name, type Sentences } from './sentenceFacts';

/** Whose faces are not there, or must not be swapped. */
export const faceSentences = {
  'no-source-face': ({ file, position, faces }, t) =>
    position !== undefined
      ? t(
          'The source {0} has no face number {1}, only {2} from 0 on; choose another face of it',
          name(file, t),
          position,
          count(faces),
        )
      : t(
          'No face was found in the source {0}; choose a photo in which the face is well visible',
          name(file, t),
        ),
  'no-reference-face': ({ file, frame, frames }, t) => {
    const target = file === undefined ? t('target') : t('target {0}', name(file, t));
    if (frames !== undefined)
      return t(
        'The {0} has no frame {1}, only {2} from 0 on; choose another frame',
        target,
        count(frame),
        frames,
      );
    return frame === undefined
      ? t('No face was found in the {0}; choose one in which a face is well visible', target)
      : t(
          'No face was found in frame {0} of the {1}; choose another reference frame (--reference-frame-number, faceSwap.referenceFrameNumber), or swap all faces (--many-faces, faceSwap.manyFaces)',
          frame,
          target,
        );
  },
  'no-face-at-place': ({ file, frame, frames, x, y }, t) => {
    const target = file === undefined ? t('the target') : name(file, t);
    if (frames !== undefined)
      return t(
        "The face map names frame {0} of {1}, which has only {2} from 0 on; choose the person's face anew",
        count(frame),
        target,
        frames,
      );
    return frame === undefined
      ? t(
          "No face was found at {0}, {1} of {2}, where the face map has a person; choose that person's face anew",
          count(x),
          count(y),
          target,
        )
      : t(
          "No face was found at {0}, {1} in frame {2} of {3}, where the face map has a person; choose that person's face anew",
          count(x),
          count(y),
          frame,
          target,
        );
  },
  'terms-not-accepted': (_facts, t) =>
    t(
      'The terms of use have not been accepted on this machine; read them in docs/responsible-use.md, and accept them once with --accept-terms (in VS Code in the dialog before the first job)',
    ),
  'content-refused': ({ file, why, times, score, limit }, t) => {
    const where =
      times === undefined
        ? t('{0} was refused', name(file, t))
        : t('{0} was refused for what it shows at {1}', name(file, t), times);
    return why === 'minor'
      ? t(
          '{0}: somebody in it or in the source may be a minor, and the content check gave it a raised score of {1} (limit {2}); this is final',
          where,
          count(score),
          count(limit),
        )
      : t(
          '{0}: the content check takes it for intimate content, with a score of {1} (limit {2}); nothing was written. If that is a mistake, leave those moments out or use another file, and report the score and the times without the file itself',
          where,
          count(score),
          count(limit),
        );
  },
} satisfies Sentences;
