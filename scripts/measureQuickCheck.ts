import { findModel } from '../src/models';
import { doubtOf, type ContentClasses } from '../src/pipeline/content/decision';
import { openSession, type ModelSession } from '../src/pipeline/inference/session';
import { randomNumbers } from './randomNumbers';
import { viewsOf, viewSide } from './views';

/**
 * How near the quick network of the content check comes to the network itself: on views of pictures, on what these become when they
 * are changed step by step until they score high, and when they are changed so that both differ most. Files and folders of pictures
 * may be given; the photos of development dependencies are always among them.
 */

/** Views of a picture that are cut at random, beside the whole and its squares. */
const cuts = 12;
/** One view in so many is changed, up to so many in all, by so many attempts for either aim. */
const climbEvery = 12;
const mostClimbs = 40;
const attempts = 150;

interface Pair {
  kind: 'view' | 'raised' | 'parted';
  exact: ContentClasses;
  quick: ContentClasses;
}

type Judge = (input: Float32Array) => Promise<ContentClasses>;

const judgeOf =
  (network: ModelSession): Judge =>
  async (input) => {
    const [drawing, hentai, neutral, porn, sexy] = (await network.run({ input }))['classes'];
    return { drawing, hentai, neutral, porn, sexy };
  };

/** Shifts the colour of a box, or takes what another view shows there. */
function changed(input: Float32Array, other: Float32Array, random: () => number): Float32Array {
  const result = input.slice();
  const [width, height] = [random(), random()].map((share) => 8 + Math.floor(share * share * (viewSide - 8)));
  const [left, top] = [viewSide - width, viewSide - height].map((room) => Math.floor(random() * (room + 1)));
  const shift = [0, 1, 2].map(() => (random() - 0.5) * 0.4);
  const share = random() < 0.5 ? 0 : random();
  for (let y = top; y < top + height; y++) {
    for (let at = (y * viewSide + left) * 3; at < (y * viewSide + left + width) * 3; at++) {
      const value = input[at] * (1 - share) + other[at] * share + (share === 0 ? shift[at % 3] : 0);
      result[at] = Math.min(1, Math.max(0, value));
    }
  }
  return result;
}

const kinds = [
  ({ porn }: ContentClasses) => porn,
  ({ sexy }: ContentClasses) => sexy,
  ({ hentai }: ContentClasses) => hentai,
];

async function measure(places: readonly string[]): Promise<void> {
  const open = async (id: string) =>
    openSession((await findModel(id)).path, { providers: ['cpu'], threads: 1 });
  const networks = [await open('content_checker'), await open('content_checker_quick')];
  const [exactly, quickly] = networks.map(judgeOf);
  const random = randomNumbers(1);
  const pairs: Pair[] = [];
  let other: Float32Array = new Float32Array(viewSide * viewSide * 3);
  let views = 0;
  try {
    for await (const input of viewsOf(places, { seed: 2, cuts })) {
      const [exact, quick] = [await exactly(input), await quickly(input)];
      pairs.push({ kind: 'view', exact, quick });
      if (views % climbEvery === 0 && views < mostClimbs * climbEvery) await raise(input, other);
      views++;
      other = input;
    }
  } finally {
    for (const network of networks) await network.release();
  }
  for (const kind of ['view', 'raised', 'parted'] as const)
    tell(
      kind,
      pairs.filter((pair) => pair.kind === kind),
    );

  async function raise(from: Float32Array, mix: Float32Array): Promise<void> {
    const score = kinds[Math.floor(random() * kinds.length)];
    let [input, exact] = [from, await exactly(from)];
    for (let i = 0; i < attempts; i++) {
      const next = changed(input, mix, random);
      const found = await exactly(next);
      if (score(found) <= score(exact)) continue;
      [input, exact] = [next, found];
      pairs.push({ kind: 'raised', exact, quick: await quickly(next) });
    }
    let gap = -Infinity;
    for (let i = 0; i < attempts; i++) {
      const next = changed(input, mix, random);
      const [one, two] = [await exactly(next), await quickly(next)];
      const parted = doubtOf(one) / doubtOf(two);
      if (doubtOf(one) < 1 || parted <= gap) continue;
      [input, gap] = [next, parted];
      pairs.push({ kind: 'parted', exact: one, quick: two });
    }
  }
}

/** By how doubtful a view is, 1 being the limit: what the quick network made of it. */
function tell(kind: string, pairs: readonly Pair[]): void {
  console.log(`\n${kind}: ${pairs.length}`);
  const limits = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, Infinity];
  for (const [i, from] of limits.slice(0, -1).entries()) {
    const some = pairs.filter(({ exact }) => doubtOf(exact) >= from && doubtOf(exact) < limits[i + 1]);
    if (some.length === 0) continue;
    const quick = some.map((pair) => doubtOf(pair.quick));
    const drops = some.map((pair) => doubtOf(pair.quick) / doubtOf(pair.exact));
    console.log(
      `${from.toFixed(2)} to ${limits[i + 1].toFixed(2)}: ${some.length} views, quick network says ${Math.min(...quick).toFixed(2)} to ` +
        `${Math.max(...quick).toFixed(2)}, at least ${Math.min(...drops).toFixed(2)} of it`,
    );
  }
  const passed = pairs.filter(({ quick }) => doubtOf(quick) >= 0.5).length;
  console.log(`looked at again: ${((100 * passed) / pairs.length).toFixed(0)} %`);
}

measure(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
