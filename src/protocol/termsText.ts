import { english, type Translate } from './translate';

/** Goes up whenever the text says something else; whoever has accepted an older one is asked again. */
export const termsVersion = 1;

export const termsTitle = (t: Translate = english): string => t('Before your first face swap');

/** Plain words, read by people before they accept. */
export function termsText(t: Translate = english): string {
  return [
    t("Face Swap puts one person's face into pictures of another. Please use it fairly:"),
    t('• Whose face: use faces of people who have agreed to it, or your own.'),
    t(
      '• Whose video: use pictures and videos you may change, and people in them who may be shown like that.',
    ),
    t(
      "• The law: in many countries it is forbidden to deceive others with such pictures, to harm a person's name, or to make or share intimate images of somebody without consent. Intimate images of minors are a crime everywhere. Results made public often have to be labelled as artificial.",
    ),
    t(
      '• This program refuses intimate content, marks what it makes as made by AI, and keeps a record of jobs on this machine only.',
    ),
    t(
      'By accepting you confirm that you have this consent and these rights for every job you run. You answer for what you make.',
    ),
  ].join('\n\n');
}
