import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  contentLimits,
  isDoubtful,
  mayBeDoubtful,
  meanOf,
  minorBelow,
  minorRefusal,
  refusalOf,
  sampleOf,
  type ContentClasses,
  type ContentSample,
} from '../../src/pipeline/content/decision';
import { contentRegions, photoRegions, regionsInTurn } from '../../src/pipeline/content/regions';

const classes = (some: Partial<ContentClasses>): ContentClasses => ({
  drawing: 0,
  hentai: 0,
  neutral: 0,
  porn: 0,
  sexy: 0,
  ...some,
});
const sample = (some: Partial<ContentSample>): ContentSample => ({
  explicit: 0,
  suggestive: 0,
  drawn: 0,
  ...some,
});
const { standard, strict } = contentLimits;

describe('what the content check decides', () => {
  test('the highest of the regions counts, each score by itself', () => {
    const regions = [classes({ porn: 0.3, sexy: 0.2 }), classes({ porn: 0.1, sexy: 0.6, hentai: 0.2 })];
    const { seconds, explicit, suggestive, drawn } = sampleOf(regions, 4);
    assert.deepEqual([seconds, explicit, drawn], [4, 0.3, 0.2]);
    assert.ok(Math.abs(suggestive - 0.7) < 1e-9);
  });

  test('a doubtful view is one that might be refused, and views are averaged', () => {
    assert.equal(isDoubtful(classes({ neutral: 0.9, porn: 0.1 })), false);
    assert.equal(isDoubtful(classes({ porn: 0.2 })), true);
    assert.equal(isDoubtful(classes({ sexy: 0.4 })), true);
    assert.equal(isDoubtful(classes({ hentai: 0.8 })), true);
    assert.equal(meanOf([classes({ porn: 1 }), classes({ porn: 0.5 })]).porn, 0.75);
  });

  test('the quick network decides nothing that comes near a limit', () => {
    for (const [half, less] of [
      [classes({ porn: 0.1 }), classes({ porn: 0.099 })],
      [classes({ porn: 0.05, sexy: 0.15 }), classes({ porn: 0.05, sexy: 0.149 })],
      [classes({ hentai: 0.4 }), classes({ hentai: 0.399 })],
    ]) {
      assert.ok(mayBeDoubtful(half) && !isDoubtful(half));
      assert.ok(!mayBeDoubtful(less));
    }
    const most = { porn: 0.1, suggestive: 0.2, hentai: 0.4 };
    for (const { single, repeated, drawn, raised } of [standard, strict]) {
      assert.ok(most.porn < 0.2 * Math.min(single, repeated));
      assert.ok(most.suggestive < 0.4 * raised && most.hentai < 0.5 * drawn);
    }
  });

  test('one clear look is enough, of lesser ones it takes several', () => {
    assert.equal(refusalOf([sample({ explicit: standard.repeated - 0.01 })], standard), undefined);
    assert.equal(refusalOf([sample({ explicit: standard.repeated })], standard), undefined);
    const clear = sample({ seconds: 3, explicit: standard.single });
    assert.deepEqual(refusalOf([clear], standard), {
      why: 'explicit',
      samples: [clear],
      score: standard.single,
      limit: standard.single,
    });
    const twice = [1, 2].map((seconds) => sample({ seconds, explicit: standard.repeated }));
    assert.deepEqual(refusalOf(twice, standard)?.samples, twice);
    const drawing = refusalOf([sample({ drawn: 0.98, explicit: 0.3 })], standard)!;
    assert.deepEqual([drawing.why, drawing.score, drawing.limit], ['explicit', 0.98, standard.drawn]);
    assert.equal(refusalOf([sample({ suggestive: 1 })], standard), undefined);
  });

  test('strict refuses whatever standard refuses, and more', () => {
    for (const name of ['single', 'repeated', 'drawn', 'raised'] as const)
      assert.ok(strict[name] < standard[name], name);
    assert.ok(strict.several <= standard.several);
  });

  test('an age below the limit together with a raised score is refused, neither of them alone', () => {
    const raised = sample({ suggestive: standard.raised });
    assert.equal(minorRefusal(raised, [40, minorBelow - 1], standard)?.why, 'minor');
    assert.equal(minorRefusal(sample({ suggestive: 1 }), [12], standard)?.why, 'minor');
    assert.equal(minorRefusal(raised, [minorBelow, 40], standard), undefined);
    assert.equal(minorRefusal(raised, [], standard), undefined);
    assert.equal(minorRefusal(sample({ suggestive: standard.raised - 0.01 }), [8], standard), undefined);
  });
});

describe('where the content check looks', () => {
  const face = { box: { x: 900, y: 100, width: 80, height: 100 }, roll: 0 };

  test('at the whole picture and around the largest people, inside the picture', () => {
    const small = { ...face, box: { x: 100, y: 900, width: 20, height: 30 } };
    const medium = { ...face, box: { x: 1800, y: 0, width: 60, height: 80 } };
    const regions = contentRegions({ width: 1920, height: 1080 }, 0, [small, face, medium]);
    assert.equal(regions.length, 3);
    assert.deepEqual(regions[0], { cx: 960, cy: 540, size: 1920, angle: -0, stretch: 1080 / 1920 });
    assert.equal(regions[1].size, 500);
    for (const { cx, cy, size } of regions.slice(1)) {
      assert.ok(cx - size / 2 >= 0 && cx + size / 2 <= 1920, 'across');
      assert.ok(cy - size / 2 >= 0 && cy + size / 2 <= 1080, 'down');
    }
  });

  test('once at people who stand so near to each other that both squares show the same', () => {
    const squares = (apart: number, height = 100) => {
      const beside = { box: { x: 900 + apart, y: 100, width: 80, height }, roll: 0 };
      return contentRegions({ width: 1920, height: 1080 }, 0, [face, beside]).length - 1;
    };
    assert.deepEqual([squares(80), squares(120)], [1, 1]);
    // A quarter of the square is somebody else's surroundings.
    assert.deepEqual([squares(130), squares(700)], [2, 2]);
    // Somebody small is looked at from near by.
    assert.equal(squares(0, 60), 2);
  });

  test('at people in turns, whichever way round they are named', () => {
    const beside = { ...face, box: { ...face.box, x: 200 } };
    const all = contentRegions({ width: 1920, height: 1080 }, 0, [face, beside]);
    const [whole, one, other] = all;
    const [, first] = regionsInTurn(all);
    const [, second] = regionsInTurn([whole, other, one], first);
    assert.deepEqual(new Set([first, second]), new Set([one, other]));
    assert.deepEqual(regionsInTurn(all, second), [whole, first]);
    assert.deepEqual(regionsInTurn([whole], first), [whole]);
  });

  test('at the ends of a long picture where nobody has looked for faces', () => {
    assert.equal(photoRegions({ width: 1000, height: 900 }, 0).length, 1);
    const [, top, bottom] = photoRegions({ width: 500, height: 1500 }, 0);
    assert.deepEqual([top.cy, bottom.cy, top.size], [250, 1250, 500]);
  });

  test('upright, as the player turns it', () => {
    const [whole] = photoRegions({ width: 1080, height: 1000 }, 90);
    assert.equal(whole.angle, -Math.PI / 2);
    assert.equal(whole.size, 1000);
  });
});
