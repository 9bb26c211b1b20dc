import { parseHostMessage, type HostToPanel, type PanelToHost } from '../src/protocol/comparePanel';
import { vscode } from './vscodeApi';

export const send = (message: PanelToHost): void => vscode.postMessage(message);

export function onMessage(handle: (message: HostToPanel) => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = parseHostMessage(data);
    if (message) handle(message);
  });
}

/** Where the viewer stood; VS Code keeps it while the panel is in the background. */
export interface ViewState {
  seconds: number;
  position: number;
}

export function loadState(): ViewState {
  const state = vscode.getState();
  const fields = typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
  const { seconds, position } = fields;
  return {
    seconds: typeof seconds === 'number' ? seconds : 0,
    position: typeof position === 'number' ? position : 50,
  };
}

export const saveState = (state: ViewState): void => vscode.setState(state);
