/** An absolute path of either kind of system, with blanks in it where a separator follows later. */
const somePath =
  /(?:(?<![\w.:/\\>~])\/|\b[A-Za-z]:[\\/]|\\\\)(?:[^\n“”"'<>|:;,()]*[\\/])?[^\s“”"'<>|:;,()]*/g;

/** What is a file of a known kind keeps its name: it says what the sentence is about. */
const knownFile = /[^\\/]+\.(?:so(?:\.\d+)*|dll|dylib|node|onnx|exe)$/i;

/**
 * A text that strangers may read: known folders become what stands for them, all other folders disappear, and of files in them
 * the names of libraries and models stay.
 * @param folders with what stands for them, longest first
 */
export function withoutFolders(text: string, folders: Readonly<Record<string, string>> = {}): string {
  let shown = text;
  for (const [folder, name] of Object.entries(folders))
    if (folder.length > 1) shown = shown.replaceAll(folder, name);
  return shown.replace(somePath, (found) => {
    const file = knownFile.exec(found)?.[0];
    return file === undefined ? '<path>' : `<path>/${file}`;
  });
}
