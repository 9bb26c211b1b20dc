/** What the Compare panel and the extension host say to each other. Both sides check what they receive. */

export interface ComparedVideos {
  originalName: string;
  resultName: string;
  /** 0 when two images are compared. */
  durationSeconds: number;
  frameSeconds: number;
}

export type PanelToHost =
  { type: 'ready' } | { type: 'stills'; id: number; seconds: number } | { type: 'open' } | { type: 'reveal' };

export type HostToPanel =
  | { type: 'show'; videos: ComparedVideos }
  /** The same moment of both, as base64 JPEG. */
  | { type: 'stills'; id: number; original: string; result: string }
  | { type: 'failed'; id: number; message: string };

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** The message if it is one the host understands. */
export function parsePanelMessage(message: unknown): PanelToHost | undefined {
  if (!isFields(message)) return undefined;
  const { type, id, seconds } = message;
  if (type === 'ready' || type === 'open' || type === 'reveal') return { type };
  if (type === 'stills' && isCount(id) && isCount(seconds)) return { type, id, seconds };
  return undefined;
}

/** The message if it is one the panel understands. */
export function parseHostMessage(message: unknown): HostToPanel | undefined {
  if (!isFields(message)) return undefined;
  const { type, id } = message;
  if (type === 'show') {
    const videos = parseVideos(message['videos']);
    return videos && { type, videos };
  }
  if (!isCount(id)) return undefined;
  const { original, result, message: text } = message;
  if (type === 'stills' && isBase64(original) && isBase64(result)) return { type, id, original, result };
  if (type === 'failed' && typeof text === 'string') return { type, id, message: text };
  return undefined;
}

function parseVideos(value: unknown): ComparedVideos | undefined {
  if (!isFields(value)) return undefined;
  const { originalName, resultName, durationSeconds, frameSeconds } = value;
  if (typeof originalName !== 'string' || typeof resultName !== 'string') return undefined;
  if (!isCount(durationSeconds) || !isCount(frameSeconds)) return undefined;
  return { originalName, resultName, durationSeconds, frameSeconds };
}

const isBase64 = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
