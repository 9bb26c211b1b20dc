import { text } from 'node:stream/consumers';
import { getHeapSnapshot } from 'node:v8';

/** How many objects this process holds once everything that nobody holds has gone, by the names of their constructors. */
export async function objectsAlive(): Promise<Map<string, number>> {
  // Taking one collects garbage; what finalizers let go only afterwards, the second one lacks.
  await text(getHeapSnapshot());
  const { snapshot, nodes, strings } = JSON.parse(await text(getHeapSnapshot())) as {
    snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
    nodes: number[];
    strings: string[];
  };
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt] = [fields.indexOf('type'), fields.indexOf('name')];
  const isObject = types[0].indexOf('object');
  const isClosure = types[0].indexOf('closure');
  const alive = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = nodes[at + typeAt];
    if (type !== isObject && type !== isClosure) continue;
    const name = `${type === isClosure ? 'function ' : ''}${strings[nodes[at + nameAt]]}`;
    alive.set(name, (alive.get(name) ?? 0) + 1);
  }
  return alive;
}
