import type { ColourMatrix } from '../../image/frame';
import { cells, type Grid } from '../../image/grid';
import type { RgbImage } from '../../image/region';
import { lumaWeights } from '../../image/ycc';

/**
 * Luma, Cb and Cr of a rectangle of a picture at `x0`, `y0`, full range (chroma around 128) in the weights of `matrix`,
 * averaged over `factor` × `factor` pixels to `width` × `height` values.
 */
export function toYcc(
  image: RgbImage,
  x0: number,
  y0: number,
  width: number,
  height: number,
  factor: number,
  matrix: ColourMatrix,
): [Float32Array, Float32Array, Float32Array] {
  const { red: kr, blue: kb } = lumaWeights(matrix);
  const planes: [Float32Array, Float32Array, Float32Array] = [
    new Float32Array(width * height),
    new Float32Array(width * height),
    new Float32Array(width * height),
  ];
  const share = 1 / (factor * factor);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let sy = 0; sy < factor; sy++) {
        let p = ((y0 + y * factor + sy) * image.width + x0 + x * factor) * 3;
        for (let sx = 0; sx < factor; sx++, p += 3) {
          red += image.data[p];
          green += image.data[p + 1];
          blue += image.data[p + 2];
        }
      }
      const luma = (kr * red + (1 - kr - kb) * green + kb * blue) * share;
      planes[0][at] = luma;
      planes[1][at] = 128 + (blue * share - luma) / (2 * (1 - kb));
      planes[2][at] = 128 + (red * share - luma) / (2 * (1 - kr));
    }
  }
  return planes;
}

/** Mean of every cell of a plane of `width` × `height` values, whose last row and column of cells may be cut. */
export function averageFloat(plane: Float32Array, width: number, height: number, grid: Grid): Float32Array {
  const { step } = grid;
  const out = new Float32Array(cells(grid));
  for (let gy = 0, at = 0; gy < grid.height; gy++) {
    const y1 = Math.min(height, (gy + 1) * step);
    for (let gx = 0; gx < grid.width; gx++, at++) {
      const x1 = Math.min(width, (gx + 1) * step);
      let sum = 0;
      for (let y = gy * step; y < y1; y++) {
        for (let x = gx * step; x < x1; x++) sum += plane[y * width + x];
      }
      out[at] = sum / ((x1 - gx * step) * (y1 - gy * step));
    }
  }
  return out;
}
