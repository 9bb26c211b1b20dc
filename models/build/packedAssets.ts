interface AssetEntry {
  filename: string;
  start: number;
  end: number;
}

/**
 * Takes one file out of a `*_packed_assets.data`, as written by Emscripten's file packager. Its loader script calls
 * `loadPackage` with the names and positions of the files inside, as JSON.
 * @param name the end of the path inside, such as `face_landmark.tflite`; exactly one file must match.
 */
export function unpackAsset(loader: string, data: Uint8Array, name: string): Uint8Array {
  const list = /"files"\s*:\s*(\[[^\]]*\])/.exec(loader);
  if (!list) throw new Error('the loader of the packed assets lists no files');
  const files = JSON.parse(list[1]) as AssetEntry[];
  const found = files.filter(({ filename }) => filename.endsWith(`/${name}`));
  if (found.length !== 1) {
    const names = files.map(({ filename }) => filename).join(', ');
    throw new Error(`${found.length} packed assets are named ${name}; there are: ${names}`);
  }
  const [{ start, end }] = found;
  if (!(start >= 0 && start < end && end <= data.length)) {
    throw new Error(`${name} lies at ${start}–${end} of packed assets that have ${data.length} bytes`);
  }
  return data.subarray(start, end);
}
