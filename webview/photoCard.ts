import type { PhotoFace } from '../src/protocol/analysis';
import type { JobSource } from '../src/protocol/jobFile';
import { photoAdvice, photoHintText } from '../src/protocol/photoHintText';
import { photoName } from '../src/protocol/jobSources';
import { keyed, make } from './dom';
import { model } from './model';
import { t } from './texts';
import { iconButton } from './toolkit';

/** Below this a swap looks soft. */
const softBelow = 0.3;

/** One photo: the face that is taken, what may spoil it, and the other faces to choose from. */
export function photoCard(
  source: JobSource,
  onChoose: (face: number) => void,
  onRemove: () => void,
): HTMLElement {
  const name = photoName(source);
  const { report, problem } = model.photos.get(name) ?? {};
  const faces = report?.faces ?? [];
  const chosen = typeof source === 'string' ? faces.find(({ largest }) => largest) : faces[source.face];
  const remove = keyed(`remove ${name}`, iconButton('close', t('Remove {0}', name), onRemove));
  return make(
    'li',
    { class: 'card photo' },
    picture(chosen, name),
    make(
      'div',
      { class: 'words' },
      make('div', { class: 'name', title: name }, name.split('/').at(-1) ?? name),
      problem !== undefined
        ? make('div', { class: 'trouble' }, problem)
        : report
          ? describe(chosen)
          : make('div', { class: 'quiet' }, t('Looking for faces…')),
      ...(faces.length > 1 ? [faceChoice(name, faces, chosen, onChoose)] : []),
    ),
    remove,
  );
}

function picture(face: PhotoFace | undefined, name: string): HTMLElement {
  if (!face) return make('div', { class: 'thumb empty', 'aria-hidden': 'true' });
  return make('img', {
    class: 'thumb',
    alt: t('Face in {0}', name),
    src: `data:image/jpeg;base64,${face.thumbnail}`,
  });
}

function describe(face: PhotoFace | undefined): HTMLElement {
  if (!face) return make('div', { class: 'trouble' }, t('No face was found; choose another photo.'));
  const isSoft = face.sharpness < softBelow;
  const sharpness = isSoft ? t('soft, {0} %', percent(face)) : t('sharp, {0} %', percent(face));
  // A photo that is called soft need not be called blurred as well.
  const hints = face.hints.filter((hint) => hint !== 'blurred' || !isSoft);
  return make(
    'div',
    { class: 'hints' },
    make('span', { class: isSoft ? 'hint warn' : 'quiet' }, sharpness),
    ...hints.map((hint) =>
      make('span', { class: 'hint warn', title: photoAdvice(hint, t) }, photoHintText(hint, t)),
    ),
  );
}

const percent = ({ sharpness }: PhotoFace): number => Math.round(sharpness * 100);

/** Thumbnails of all faces, as a group of radio buttons. */
function faceChoice(
  name: string,
  faces: readonly PhotoFace[],
  chosen: PhotoFace | undefined,
  onChoose: (face: number) => void,
): HTMLElement {
  const group = make('div', {
    class: 'faces',
    role: 'radiogroup',
    'aria-label': t('Face to use of {0}', name),
  });
  const choose = (face: number, focus: boolean): void => {
    if (focus) group.querySelectorAll<HTMLElement>('[role="radio"]')[face].focus();
    if (faces[face] !== chosen) onChoose(face);
  };
  faces.forEach(({ thumbnail }, i) => {
    const isChosen = faces[i] === chosen;
    const radio = keyed(
      `face ${name} ${i}`,
      make(
        'button',
        {
          class: 'face',
          role: 'radio',
          'aria-checked': String(isChosen),
          tabindex: isChosen ? '0' : '-1',
          'aria-label': t('Face {0} from the left', i + 1),
        },
        make('img', { alt: '', src: `data:image/jpeg;base64,${thumbnail}` }),
      ),
    );
    radio.addEventListener('click', () => choose(i, false));
    radio.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      choose((i + step + faces.length) % faces.length, true);
    });
    group.append(radio);
  });
  return group;
}
