import type { PhotoReport, TargetAnalysis, TargetFacts } from './analysis';
import {
  isBase64,
  isCount,
  isEither,
  isFlag,
  isIndex,
  isJson,
  isList,
  isNumber,
  isOne,
  isRecordOf,
  isShape,
  isText,
  isTuple,
  type Check,
  type Checked,
} from './check';
import type { JobPerson, JobSource } from './jobFile';
import type { Preview } from './preview';

/**
 * What the panel of a job file and the extension host say to each other. The host owns the document, the pictures and the run; the panel shows
 * them and asks for changes. Both sides check what they receive.
 */

const isChange = isShape({ path: isList(isEither(isText, isIndex)) }, { value: isJson });
export type DocumentChange = Checked<typeof isChange>;

/** Keys of a job file that the panel may change. */
export const editableKeys = ['target', 'sources', 'output', 'people', 'settings'] as const;

/** Who gets the photos: an index in `people`, or everybody else. */
const place = { person: isIndex };

export const panelCommands = [
  'start',
  'pause',
  'resume',
  'cancel',
  'open',
  'reveal',
  'compare',
  'openAsText',
  'openSettings',
  'showLog',
  'analyse',
  'stopAnalysis',
] as const;
export type PanelCommand = (typeof panelCommands)[number];

const toHost = {
  ready: isShape({ type: isOne('ready') }),
  /** One step of undo. Without a value the key or element is removed. */
  set: isShape({ type: isOne('set'), changes: isList(isChange) }),
  pick: isShape({ type: isOne('pick'), what: isOne('source', 'target', 'output') }, place),
  /** Files dropped from the Explorer, as the URIs it hands over. */
  drop: isShape({ type: isOne('drop'), what: isOne('source', 'target'), uris: isList(isText) }, place),
  /** A picture without a path, from the clipboard or from outside VS Code. */
  picture: isShape({ type: isOne('picture'), name: isText, base64: isBase64 }, place),
  preview: isShape({
    type: isOne('preview'),
    id: isIndex,
    frame: isIndex,
    seconds: isCount,
    perPixel: isIndex,
    pointed: isFlag,
    maxWidth: isIndex,
    /** The mask is to be seen. */
    mask: isFlag,
  }),
  /** A frame that somebody points at, who may want it next. */
  hover: isShape({ type: isOne('hover'), frame: isIndex, perPixel: isIndex }),
  /** A file for a setting that names a model. */
  pickModel: isShape({ type: isOne('pickModel'), setting: isText }),
  getModel: isShape({ type: isOne('getModel'), id: isText }),
  command: isShape({ type: isOne('command'), name: isOne(...panelCommands) }),
};

export const isSource: Check<JobSource> = isEither(isText, isShape({ photo: isText, face: isIndex }));
const isPlace = isShape({ frame: isIndex, x: isNumber, y: isNumber });
export const isPerson: Check<JobPerson> = isShape(
  { faces: isList(isPlace), sources: isList(isSource) },
  { name: isText },
);
const isSpan = isTuple<[number, number]>(isIndex, isIndex);
const isBox = isShape({ x: isNumber, y: isNumber, width: isNumber, height: isNumber });

/** What the document says, as far as it can be understood. */
const isJobView = isShape(
  {
    /** As written, or empty. */
    target: isText,
    sources: isList(isSource),
    people: isList(isPerson),
    /** Values of `faceSwap.*` without the prefix. */
    settings: isRecordOf(isJson),
    /** Where the result goes, as it would be written into the file. */
    output: isText,
    /** Whether the file says so itself. */
    ownOutput: isFlag,
    /** What keeps the job from running. */
    problems: isList(isText),
    /** Not saved anywhere yet. */
    untitled: isFlag,
  },
  { targetUri: isText },
);
export type JobView = Checked<typeof isJobView>;

const isPhotoReport: Check<PhotoReport> = isShape({
  file: isText,
  width: isCount,
  height: isCount,
  faces: isList(
    isShape({
      face: isIndex,
      thumbnail: isBase64,
      box: isBox,
      yaw: isNumber,
      sharpness: isNumber,
      hints: isList(isOne('turned-away', 'blurred', 'small', 'fringe', 'eyes-closed')),
      largest: isFlag,
    }),
  ),
});

const facts = {
  file: isText,
  kind: isOne('video', 'image'),
  width: isCount,
  height: isCount,
  frames: isIndex,
  durationSeconds: isCount,
  fps: isCount,
  codec: isText,
  container: isText,
  audio: isList(isText),
};
const isFacts: Check<TargetFacts> = isShape(facts);
const isAnalysis: Check<TargetAnalysis> = isShape({
  ...facts,
  cuts: isList(isIndex),
  tracks: isList(
    isShape({ id: isIndex, person: isIndex, span: isSpan, place: isPlace, confidence: isNumber }),
  ),
  people: isList(isShape({ thumbnail: isBase64, faces: isList(isPlace), spans: isList(isSpan) })),
  withoutFace: isList(isSpan),
});

const isPreview: Check<Preview> = isShape({
  frame: isIndex,
  seconds: isCount,
  width: isCount,
  height: isCount,
  original: isBase64,
  swapped: isBase64,
  mask: isBase64,
  faces: isList(
    isShape({ box: isBox, lines: isList(isList(isNumber)), swapped: isFlag }, { person: isIndex }),
  ),
});

/** One reading of GPU memory while a job ran, `second` after its start. */
const isVramPoint = isShape({ second: isCount, usedMb: isCount, totalMb: isCount });
const isRelease = isShape({
  second: isCount,
  processor: isText,
  freedMb: isNumber,
  outcome: isOne('back', 'held', 'unknown'),
});
const isProblem = isShape({ seconds: isCount, frame: isIndex, text: isText });

const runStates = ['waiting', 'running', 'paused', 'done', 'failed', 'cancelled'] as const;
const isRunView = isShape(
  {
    state: isOne(...runStates),
    /** Jobs that run before this one. */
    ahead: isIndex,
    /** Name of the stage, for people. */
    stage: isText,
    frame: isIndex,
    total: isIndex,
    fps: isCount,
    percent: isCount,
    provider: isText,
    fellBack: isFlag,
    vram: isList(isVramPoint),
    releases: isList(isRelease),
    problems: isList(isProblem),
    /** What went wrong, or worth knowing about the result. */
    message: isText,
  },
  {
    secondsLeft: isCount,
    result: isShape({
      name: isText,
      bytes: isCount,
      seconds: isCount,
      frames: isIndex,
      facesSwapped: isIndex,
      width: isCount,
      height: isCount,
      /** Addresses from which the page can play them; empty for pictures. */
      originalUri: isText,
      resultUri: isText,
      /** It has sound. */
      sound: isFlag,
    }),
  },
);
export type RunView = Checked<typeof isRunView>;

/** A setting of package.json, as the panel needs it. */
const isSettingField = isShape(
  {
    name: isText,
    group: isText,
    kind: isOne('flag', 'number', 'whole', 'one', 'list', 'numbers', 'text', 'model'),
    description: isText,
    /** Known values and what each means, empty where there is nothing to say. */
    options: isList(
      isShape(
        { value: isText, description: isText },
        {
          /** What is shown in place of the value. */
          text: isText,
          /** A model that is not installed. */
          missing: isFlag,
        },
      ),
    ),
    /** What counts where the job says nothing. */
    inherited: isJson,
    simple: isFlag,
  },
  { minimum: isNumber, maximum: isNumber, cost: isText },
);
export type SettingField = Checked<typeof isSettingField>;

const analysisStates = ['idle', 'running', 'done', 'failed'] as const;
const toPanel = {
  job: isShape({ type: isOne('job'), job: isJobView }),
  /** The document is not JSON of the right kind. */
  broken: isShape({ type: isOne('broken'), message: isText }),
  settings: isShape({ type: isOne('settings'), fields: isList(isSettingField) }),
  /** By the path as the job file writes it. */
  photo: isShape({ type: isOne('photo'), photo: isText }, { report: isPhotoReport, problem: isText }),
  analysis: isShape(
    { type: isOne('analysis'), state: isOne(...analysisStates), done: isCount, message: isText },
    {
      facts: isFacts,
      analysis: isAnalysis,
      glance: isList(isCount),
      poster: isBase64,
      /** A job runs, to which the look leaves the GPU. */
      withoutGpu: isFlag,
    },
  ),
  /** `unseen`: the original alone, in which nobody has been looked for; with a `problem` where that is why. */
  preview: isShape(
    { type: isOne('preview'), id: isIndex, preview: isPreview },
    { unseen: isFlag, problem: isText },
  ),
  previewFailed: isShape({ type: isOne('previewFailed'), id: isIndex, message: isText }),
  run: isShape({ type: isOne('run') }, { run: isRunView }),
  live: isShape({ type: isOne('live'), jpeg: isBase64, frame: isIndex, seconds: isCount }),
  /** The preview is to show this frame. */
  jump: isShape({ type: isOne('jump'), frame: isIndex }),
  /** Something worth a short word, for everybody and for screen readers. */
  said: isShape({ type: isOne('said'), text: isText }),
};

type Union<M extends Record<string, Check<unknown>>> = { [K in keyof M]: Checked<M[K]> }[keyof M];
export type PanelMessage = Union<typeof toHost>;
export type HostMessage = Union<typeof toPanel>;
export type AnalysisMessage = Extract<HostMessage, { type: 'analysis' }>;

/** The message if it is one the host understands. */
export const parsePanelMessage = (message: unknown): PanelMessage | undefined =>
  isKnown(toHost, message) ? (message as PanelMessage) : undefined;

/** The message if it is one the panel understands. */
export const parseHostMessage = (message: unknown): HostMessage | undefined =>
  isKnown(toPanel, message) ? (message as HostMessage) : undefined;

function isKnown(known: Record<string, Check<unknown>>, message: unknown): boolean {
  const type = (message as { type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' && Object.hasOwn(known, type) && known[type](message);
}
