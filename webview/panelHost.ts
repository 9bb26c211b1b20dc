import { isFields, isFlag, isIndex, isList, isNumber, isText } from '../src/protocol/check';
import {
  parseHostMessage,
  type HostMessage,
  type PanelCommand,
  type PanelMessage,
} from '../src/protocol/panel';
import { vscode } from './vscodeApi';

export const send = (message: PanelMessage): void => vscode.postMessage(message);
export const command = (name: PanelCommand): void => send({ type: 'command', name });

export function onMessage(handle: (message: HostMessage) => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = parseHostMessage(data);
    if (message) handle(message);
  });
}

/** How somebody has set up their view; VS Code keeps it while the panel is hidden, moved, or the window loads anew. */
export interface ViewState {
  frame: number;
  /** Per cent of the width. */
  divider: number;
  /** Per cent; 0 fits the picture into its place. */
  zoom: number;
  mask: boolean;
  landmarks: boolean;
  boxes: boolean;
  /** Folds that are open, by name. */
  open: string[];
  scroll: number;
  /** The page that it was last, by the name that the host gave it. */
  page: string;
}

const initial: ViewState = {
  frame: 0,
  divider: 50,
  zoom: 0,
  mask: false,
  landmarks: false,
  boxes: false,
  open: [],
  scroll: 0,
  page: '',
};

function loaded(): ViewState {
  const kept = vscode.getState();
  if (!isFields(kept)) return initial;
  const { frame, divider, zoom, mask, landmarks, boxes, open, scroll, page } = kept;
  return {
    frame: isIndex(frame) ? frame : 0,
    divider: isNumber(divider) ? divider : initial.divider,
    zoom: isIndex(zoom) ? zoom : 0,
    mask: isFlag(mask) && mask,
    landmarks: isFlag(landmarks) && landmarks,
    boxes: isFlag(boxes) && boxes,
    open: isList(isText)(open) ? open : [],
    scroll: isNumber(scroll) ? scroll : 0,
    page: isText(page) ? page : '',
  };
}

export const view: Readonly<ViewState> = loaded();

export function keep(change: Partial<ViewState>): void {
  Object.assign(view, change);
  vscode.setState(view);
}

/** What the host has written into the page, to be shown at once. Nothing when VS Code loads the same page again: it would be old by then. */
export function firstMessages(): HostMessage[] {
  const { page = '', first = '[]' } = document.documentElement.dataset;
  if (page === view.page) return [];
  keep({ page });
  const messages: unknown = JSON.parse(first);
  return Array.isArray(messages) ? messages.flatMap((message) => parseHostMessage(message) ?? []) : [];
}
