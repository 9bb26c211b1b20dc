import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Grid } from '../../src/pipeline/image/grid';
import { takeOutStrands } from '../../src/pipeline/processors/faceSwapper/strands';
import { prepareSource } from '../../src/pipeline/processors/faceSwapper/sourceTexture';
import { countShadeAsLight, leaveDetail } from '../../src/pipeline/processors/faceSwapper/tame';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { asSource, findPhotoFaces } from '../support/swapPhotos';

const SIZE = 100;
const grid: Grid = { width: 140, height: 140, step: 1 };
const LIGHT = { y: 150, cb: 108, cr: 148 };
const map = (value: number) => new Float32Array(grid.width * grid.height).fill(value);
/** Landmarks of a real face, 100 cells high. */
let points: Float32Array;

before(async () => {
  const { landmarks } = (await findPhotoFaces(await loadRgb(groupPhoto(3)))).faces[0];
  const [x, y] = [landmarks[4 * 3], landmarks[4 * 3 + 1]];
  const height = Math.hypot(
    landmarks[10 * 3] - landmarks[152 * 3],
    landmarks[10 * 3 + 1] - landmarks[152 * 3 + 1],
  );
  points = new Float32Array(468 * 2);
  for (let p = 0; p < 468; p++) {
    points[p * 2] = 70 + ((landmarks[p * 3] - x) * SIZE) / height;
    points[p * 2 + 1] = 70 + ((landmarks[p * 3 + 1] - y) * SIZE) / height;
  }
});

const hidden = (strands: number) => ({ covered: map(0), strands: map(strands), fringe: map(0) });

/** What is left at a landmark of a photo that has one colour all over. */
function leftAt(point: number, luma: number, cb: number, cr: number): number[] {
  return leftAtPlace([points[point * 2], points[point * 2 + 1]], luma, cb, cr);
}

function leftAtPlace([x, y]: number[], luma: number, cb: number, cr: number, hair = 0, yaw = 0): number[] {
  const planes = [map(luma), map(cb), map(cr)];
  const light = { y: map(LIGHT.y), cb: map(LIGHT.cb), cr: map(LIGHT.cr) };
  leaveDetail(planes, light, hidden(hair), grid, points, SIZE, yaw, grid.width, grid.height);
  const at = Math.floor(y) * grid.width + Math.floor(x);
  return planes.map((plane) => plane[at]);
}

describe("what is left of a photo's face without its light", () => {
  it('keeps what is dark of features and little of it on cheeks, forehead and temples: hair and shade', () => {
    const dark = (point: number) => -leftAt(point, 50, 128, 128)[0] / LIGHT.y;
    for (const brow of [105, 334]) assert.ok(dark(brow) > 0.4, `brow ${dark(brow).toFixed(2)}`);
    for (const bare of [10, 67, 297, 127, 356, 132, 361, 152])
      assert.ok(dark(bare) < 0.15, `${bare}: ${dark(bare).toFixed(2)}`);
  });

  it("keeps little of shine on cheeks and forehead, which is the photo's light: it lay on others as pale blots", () => {
    const bright = (point: number) => leftAt(point, 255, LIGHT.cb, LIGHT.cr)[0] / LIGHT.y;
    for (const bare of [10, 67, 297, 132, 361])
      assert.ok(bright(bare) < 0.13, `${bare}: ${bright(bare).toFixed(2)}`);
    assert.ok(bright(4) > 0.17, `nose ${bright(4).toFixed(2)}`);
  });

  it('lets shine of cheeks end softly beside features: it was a pale wedge with an edge from eye to mouth', () => {
    const planes = [map(255), map(LIGHT.cb), map(LIGHT.cr)];
    const light = { y: map(LIGHT.y), cb: map(LIGHT.cb), cr: map(LIGHT.cr) };
    leaveDetail(planes, light, hidden(0), grid, points, SIZE, 0, grid.width, grid.height);
    for (const cheek of [50, 280]) {
      const row = Math.floor(points[cheek * 2 + 1]) * grid.width;
      const across = planes[0].subarray(row + 20, row + 120);
      const step = Math.max(...across.subarray(1).map((value, i) => Math.abs(value - across[i]))) / LIGHT.y;
      assert.ok(step < 0.07, `${cheek}: ${step.toFixed(3)} from cell to cell`);
    }
  });

  it('keeps less of shine on features of a turned face: it was a pale tip of the nose, and strips beside it', () => {
    const tip = (yaw: number) =>
      leftAtPlace([points[4 * 2], points[4 * 2 + 1]], 255, LIGHT.cb, LIGHT.cr, 0, yaw)[0] / LIGHT.y;
    for (const yaw of [-30, 30]) assert.ok(tip(yaw) < 0.85 * tip(0), `${yaw}: ${tip(yaw).toFixed(2)}`);
  });

  it('takes hair that hangs over the ends of brows for hair, or it would be drawn as hooks', () => {
    for (const [end, corner] of [
      [70, 130],
      [300, 359],
    ]) {
      const between = [0, 1].map((k) => (points[end * 2 + k] + points[corner * 2 + k]) / 2);
      const dark = -leftAtPlace(between, 50, 128, 128, 1)[0] / LIGHT.y;
      assert.ok(dark < 0.3, `beside ${corner}: ${dark.toFixed(2)}`);
    }
  });

  it('keeps freckles and fine lines of bare skin nearly as they are', () => {
    for (const bare of [10, 127, 361]) assert.ok(Math.abs(leftAt(bare, 142, 108, 148)[0] + 8) < 0.5);
  });

  it('leaves skin in shade its grain, and all of it one colour: it was smooth patches with rough shores', () => {
    for (const cheek of [132, 361, 205, 425]) {
      const planes = [map(0.75 * LIGHT.y).map((value, i) => value + (i % 2 ? 6 : -6)), map(118), map(138)];
      const light = { y: map(LIGHT.y), cb: map(LIGHT.cb), cr: map(LIGHT.cr) };
      leaveDetail(planes, light, hidden(0), grid, points, SIZE, 0, grid.width, grid.height);
      const at = Math.floor(points[cheek * 2 + 1]) * grid.width + 2 * Math.floor(points[cheek * 2] / 2);
      const [grain, cb, cr] = planes.map((plane) => plane[at + 1] - plane[at]);
      assert.ok(grain > 9, `${cheek}: ${grain.toFixed(1)} of 12`);
      assert.ok(Math.abs(cb) < 0.5 && Math.abs(cr) < 0.5, `${cheek}: ${cb.toFixed(1)} ${cr.toFixed(1)}`);
    }
  });

  it("leaves brows half of the light's colour, and skin in shade all of it, or it would be grey in warm light", () => {
    const [, brow] = leftAt(105, 50, 128, 128);
    const [, cheek] = leftAt(132, 50, 128, 128);
    assert.ok(Math.abs(brow - (128 - LIGHT.cb) / 2) < 1, `brow ${brow.toFixed(1)}`);
    assert.ok(Math.abs(cheek) < 1, `cheek ${cheek.toFixed(1)}`);
  });

  it("takes of the light's colour as much as of the light in the shade of brows, or it would glow red", () => {
    const [, cb, cr] = leftAt(105, 0.75 * (LIGHT.y + 8), LIGHT.cb, LIGHT.cr);
    assert.ok(Math.abs(cb - (128 - LIGHT.cb) / 4) < 0.5, `Cb ${cb.toFixed(1)}`);
    assert.ok(Math.abs(cr - (128 - LIGHT.cr) / 4) < 0.5, `Cr ${cr.toFixed(1)}`);
  });

  it("leaves shade beside the nose most of the light's colour: it was grey triangles from the eyes to its wings", () => {
    for (const side of [217, 437, 203, 423]) {
      const [, cb, cr] = leftAt(side, 0.75 * (LIGHT.y + 8), LIGHT.cb, LIGHT.cr);
      assert.ok(Math.abs(cb) < 2 && Math.abs(cr) < 2, `${side}: ${cb.toFixed(1)} ${cr.toFixed(1)}`);
    }
  });

  it("takes of the light's colour no more than of the light where the photo does as well, or shade would be grey", () => {
    const shade = [LIGHT.cb, LIGHT.cr].map((value) => 128 + 0.75 * (value - 128));
    const [, cb, cr] = leftAt(105, 0.75 * (LIGHT.y + 8), shade[0], shade[1]);
    assert.ok(Math.abs(cb - (128 - LIGHT.cb) / 4) < 0.5, `Cb ${cb.toFixed(1)}`);
    assert.ok(Math.abs(cr - (128 - LIGHT.cr) / 4) < 0.5, `Cr ${cr.toFixed(1)}`);
  });

  it('keeps little of the dark in smile folds, which another face that does not smile would get', () => {
    const dark = (point: number) => -leftAt(point, 50, LIGHT.cb, LIGHT.cr)[0] / LIGHT.y;
    for (const fold of [206, 426]) assert.ok(dark(fold) < 0.15, `${fold}: ${dark(fold).toFixed(2)}`);
  });

  it('leaves less of the dark in the corners of the mouth: of a smile they were black dots on closed lips', () => {
    const dark = (point: number) => -leftAt(point, 0, 128, 128)[0] / LIGHT.y;
    for (const corner of [78, 308])
      assert.ok(
        dark(corner) < dark(17) - 0.05,
        `${corner}: ${dark(corner).toFixed(2)}, ${dark(17).toFixed(2)}`,
      );
  });
});

describe("shade on the sides of a turned face's nose", () => {
  const sides = [198, 217, 420, 437];
  const at = (p: number) => Math.floor(points[p * 2 + 1]) * grid.width + Math.floor(points[p * 2]);
  const lightAfter = (luma: number, yaw: number) => {
    const light = map(LIGHT.y);
    countShadeAsLight(light, map(luma), grid, points, SIZE, yaw);
    return sides.map((p) => light[at(p)]);
  };

  it('is light, and no more than a little of it is drawn', () => {
    const lights = lightAfter(0.6 * LIGHT.y, -25);
    assert.ok(Math.max(...lights) < 0.8 * LIGHT.y, lights.map(Math.round).join(' '));
  });

  it('is drawn as it is where it is faint, and in faces that look ahead', () => {
    for (const light of [...lightAfter(0.95 * LIGHT.y, 25), ...lightAfter(0.6 * LIGHT.y, 5)])
      assert.ok(Math.abs(light - LIGHT.y) < 1, `${light}`);
  });

  it('was two dark lines from brows to lips on whoever got the face', async () => {
    const source = asSource(await findPhotoFaces(await loadRgb(groupPhoto(4))), 1);
    const { levels, light, lightPoints } = prepareSource(source, 'bt709');
    const { luma, points: texels } = levels[1];
    for (const p of sides) {
      const row = Math.floor(lightPoints[p * 2 + 1]) * light.width;
      const around = light.data[(row + Math.floor(lightPoints[p * 2])) * 2];
      const drawn = luma.data[Math.floor(texels[p * 2 + 1]) * luma.width + Math.floor(texels[p * 2])];
      assert.ok(drawn > -0.15 * around, `${p}: ${(drawn / around).toFixed(2)}`);
    }
  });
});

describe('bright skin of a turned face', () => {
  /** By how much of the light the brightest of some places is brighter that are brighter by 0.3 in the photo. */
  const left = (places: readonly number[], yaw: number) => {
    const light = map(LIGHT.y);
    countShadeAsLight(light, map(1.3 * LIGHT.y), grid, points, SIZE, yaw);
    const at = (p: number) => Math.floor(points[p * 2 + 1]) * grid.width + Math.floor(points[p * 2]);
    return places.map((p) => 1.3 - light[at(p)] / LIGHT.y);
  };
  const cheeks = [50, 280, 123, 352, 205, 425];

  it('is light: of the one cheek that is seen in light from the side it was pale blots on both', () => {
    for (const yaw of [-30, 30])
      assert.ok(Math.max(...left(cheeks, yaw)) < 0.15, left(cheeks, yaw).join(' '));
  });

  it('is drawn as it is on brows, nose and lips, and of faces turned less', () => {
    for (const bright of [...left([105, 334, 4, 5, 195, 0, 17], 30), ...left(cheeks, 15)])
      assert.ok(bright > 0.27, `${bright}`);
  });
});

describe('shade', () => {
  it('in eye sockets is light beyond a little: it was dark rings around the eyes', async () => {
    const source = asSource(await findPhotoFaces(await loadRgb(groupPhoto(4))), 0);
    const { levels, light, lightPoints } = prepareSource(source, 'bt709');
    const { luma, points: texels, height } = levels[0];
    const radius = Math.round(0.02 * height);
    for (const p of [222, 442]) {
      let [sum, count] = [0, 0];
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++, count++)
          sum +=
            luma.data[(Math.round(texels[p * 2 + 1]) + dy) * luma.width + Math.round(texels[p * 2]) + dx];
      }
      const row = Math.floor(lightPoints[p * 2 + 1]) * light.width;
      const around = light.data[(row + Math.floor(lightPoints[p * 2])) * 2];
      assert.ok(sum / count > -0.3 * around, `${p}: ${(sum / count / around).toFixed(2)}`);
    }
  });
});

describe('lips', () => {
  /** How much darker than the light lips are drawn that were so in the photo, by the light. */
  const drawn = (dark: number) => {
    const light = map(LIGHT.y);
    const luma = map((1 - dark) * LIGHT.y);
    countShadeAsLight(light, luma, grid, points, SIZE, 0);
    return [0, 17].map((p) => {
      const [x, y] = [0, 1].map((k) => (points[p * 2 + k] + points[(p === 0 ? 13 : 14) * 2 + k]) / 2);
      const at = Math.floor(y) * grid.width + Math.floor(x);
      return (light[at] - luma[at]) / LIGHT.y;
    });
  };

  it('in dark lipstick are drawn paler: open mouths came out as closed ones to who measured them', () => {
    for (const dark of drawn(0.4)) assert.ok(dark > 0.1 && dark < 0.25, dark.toFixed(2));
  });

  it('in red keep their colour however dark they are: they were brown', () => {
    for (const lip of [0, 17]) {
      const [, , red] = leftAt(lip, 0.5 * LIGHT.y, LIGHT.cb, LIGHT.cr + 40);
      assert.ok(red > 20 && red < 40, `${lip}: ${red.toFixed(1)}`);
    }
  });

  it('that are hardly darker than the skin are drawn as they are', () => {
    for (const dark of drawn(0.12)) assert.ok(Math.abs(dark - 0.12) < 0.01, dark.toFixed(2));
  });
});

describe('strands of hair over a face', () => {
  /** What a skin map that is 1 everywhere says at a landmark when the photo has stripes three cells apart. */
  const skinAt = (point: number, contrast: number) => {
    const skin = map(1);
    const luma = map(LIGHT.y).map((value, i) => value * (1 + contrast * Math.sign((i % 3) - 0.5)));
    takeOutStrands(skin, luma, map(LIGHT.y), grid, points, SIZE);
    return skin[Math.floor(points[point * 2 + 1]) * grid.width + Math.floor(points[point * 2])];
  };

  it('are no skin on cheeks, temples and chin, where they have the colour of skin', () => {
    for (const bare of [187, 411, 67, 297, 199])
      assert.ok(skinAt(bare, 0.1) < 0.1, `${bare}: ${skinAt(bare, 0.1).toFixed(2)}`);
  });

  it('are not confused with the pores of skin, nor with brows, lids, nose and lips', () => {
    for (const bare of [187, 411, 67, 297, 199]) assert.ok(skinAt(bare, 0.03) > 0.95, `${bare}`);
    for (const feature of [105, 334, 159, 386, 4, 0, 17])
      assert.ok(skinAt(feature, 0.3) > 0.95, `${feature}`);
  });
});
