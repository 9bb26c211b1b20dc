import { send } from './panelHost';
import { say } from './said';
import { t } from './texts';

/** Larger pictures are not photos of a face; the host refuses them as well. */
const mostBytes = 64 * 1024 * 1024;
const uriTypes = ['application/vnd.code.uri-list', 'text/uri-list'];

type Place = { person?: number };

/** Lets an element take files from the Explorer, and, where it takes photos, pictures from outside VS Code. */
export function takeDrops(element: HTMLElement, what: 'source' | 'target', place: Place = {}): void {
  const isFit = ({ dataTransfer }: DragEvent): boolean =>
    dataTransfer?.types.some((type) => uriTypes.includes(type) || type === 'Files') ?? false;
  const over = (event: DragEvent): void => {
    if (!isFit(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    element.classList.add('dropping');
  };
  element.addEventListener('dragenter', over);
  element.addEventListener('dragover', over);
  element.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node) || !element.contains(relatedTarget))
      element.classList.remove('dropping');
  });
  element.addEventListener('drop', (event) => {
    element.classList.remove('dropping');
    if (!event.dataTransfer) return;
    event.preventDefault();
    event.stopPropagation();
    takeFiles(event.dataTransfer, what, place);
  });
}

/** Pictures from the clipboard become photos, wherever in the panel they are pasted. */
export function takePastes(): void {
  window.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData) takeFiles(clipboardData, 'source', {});
  });
}

function takeFiles(data: DataTransfer, what: 'source' | 'target', place: Place): void {
  const type = uriTypes.find((candidate) => data.getData(candidate) !== '');
  const uris = type === undefined ? [] : data.getData(type).split(/\r?\n/);
  const known = uris.filter((uri) => uri !== '' && !uri.startsWith('#'));
  if (known.length > 0) {
    send({ type: 'drop', what, uris: known, ...place });
    return;
  }
  const files = [...data.files];
  const pictures = files.filter(({ type, size }) => type.startsWith('image/') && size <= mostBytes);
  // Of a file from outside VS Code only its content is told, and a target has to have a place.
  const taken = what === 'target' ? [] : pictures;
  if (taken.length < files.length)
    say(
      what === 'target'
        ? t('Only files from the Explorer can be dropped here; take the button for others.')
        : t('Only pictures can be a source; other files were left out.'),
    );
  for (const file of taken) void sendPicture(file, place);
}

async function sendPicture(file: File, place: Place): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  send({ type: 'picture', name: file.name, base64: btoa(binary), ...place });
}
