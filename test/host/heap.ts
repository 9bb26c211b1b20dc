import { getHeapSnapshot, setFlagsFromString } from 'node:v8';
import { text } from 'node:stream/consumers';
import { runInNewContext } from 'node:vm';

/** Bytes in use once everything that nobody holds has gone. */
export async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    // What finalizers and promises let go only afterwards.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** How many objects of these classes this process holds, by the names of their constructors. */
export async function objectsAlive(names: readonly string[]): Promise<Record<string, number>> {
  const { snapshot, nodes, strings } = JSON.parse(await text(getHeapSnapshot())) as {
    snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
    nodes: number[];
    strings: string[];
  };
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt] = [fields.indexOf('type'), fields.indexOf('name')];
  const isObject = types[0].indexOf('object');
  const alive = Object.fromEntries(names.map((name) => [name, 0]));
  for (let at = 0; at < nodes.length; at += fields.length) {
    const name = strings[nodes[at + nameAt]];
    if (nodes[at + typeAt] === isObject && name in alive) alive[name]++;
  }
  return alive;
}
