import { isCount, isList, isOne, isShape, isText, type Checked } from './check';

/** What the page of "Verify GPU Setup" and the extension host say to each other. Both sides check what they receive. */

const isRow = isShape({ mark: isOne('good', 'warning', 'bad', 'plain'), text: isText }, { cure: isText });
const isTable = isShape({ head: isList(isText), rows: isList(isList(isText)) });
const isTrace = isShape({
  totalMb: isCount,
  samples: isList(isShape({ seconds: isCount, usedMb: isCount })),
  marks: isList(
    isShape({
      seconds: isCount,
      step: isText,
      event: isOne('begin', 'loaded', 'released', 'ended'),
    }),
  ),
});

const isView = isShape(
  {
    outcome: isOne('wanted', 'fallback', 'unusable'),
    headline: isText,
    sections: isList(isShape({ title: isText, rows: isList(isRow) }, { table: isTable })),
  },
  { trace: isTrace },
);

/** A report in the reader's language. */
export type VerifyView = Checked<typeof isView>;

const isHostMessage = {
  /** What is being tried now. */
  busy: isShape({ type: isOne('busy'), line: isText }),
  show: isShape({ type: isOne('show'), view: isView }),
  failed: isShape({ type: isOne('failed'), message: isText }),
  copied: isShape({ type: isOne('copied') }),
};

export type HostToVerify = {
  [K in keyof typeof isHostMessage]: Checked<(typeof isHostMessage)[K]>;
}[keyof typeof isHostMessage];

const isPageMessage = isShape({ type: isOne('ready', 'copy', 'again') });

export type VerifyToHost = Checked<typeof isPageMessage>;

/** The message if it is one the page understands. */
export function parseHostToVerify(message: unknown): HostToVerify | undefined {
  return Object.values(isHostMessage).some((check) => check(message)) ? (message as HostToVerify) : undefined;
}

/** The message if it is one the host understands. */
export function parseVerifyToHost(message: unknown): VerifyToHost | undefined {
  return isPageMessage(message) ? message : undefined;
}
