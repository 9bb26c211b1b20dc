import { fitSimilarity, type Affine, type Points } from './affine';

/** Named arrangements of the five points in a crop. */
export const alignmentNames = [
  'arcface_112_v1',
  'arcface_112_v2',
  'arcface_128',
  'ffhq_512',
  'mtcnn_512',
  'insightface_112',
  'insightface_128',
] as const;
export type AlignmentName = (typeof alignmentNames)[number];

/**
 * Where left eye, right eye, nose tip, left and right mouth corner go, as shares of the crop's side. The first five
 * are the templates that face models of the facefusion collection name; the last two are ArcFace's published points
 * for 112 pixels, which insightface moves 8 pixels to the right for 128 (its 128 crop is wider, not larger).
 */
const templates: Record<AlignmentName, Points> = {
  arcface_112_v1: [
    [0.35473214, 0.45658929],
    [0.64526786, 0.45658929],
    [0.5, 0.61154464],
    [0.37913393, 0.776875],
    [0.62086607, 0.776875],
  ],
  arcface_112_v2: [
    [0.34191607, 0.46157411],
    [0.65653393, 0.45983393],
    [0.500225, 0.64050536],
    [0.37097589, 0.82469196],
    [0.63151696, 0.82325089],
  ],
  arcface_128: [
    [0.36167656, 0.40387734],
    [0.63696719, 0.40235469],
    [0.50019687, 0.56044219],
    [0.38710391, 0.72160547],
    [0.61507734, 0.72034453],
  ],
  ffhq_512: [
    [0.37691676, 0.46864664],
    [0.62285697, 0.46912813],
    [0.50123859, 0.61331904],
    [0.39308822, 0.725411],
    [0.61150205, 0.72490465],
  ],
  mtcnn_512: [
    [0.36562865, 0.46733799],
    [0.63305391, 0.46585885],
    [0.50019127, 0.61942959],
    [0.39032951, 0.77598822],
    [0.61178945, 0.77476328],
  ],
  insightface_112: insightface(0, 112),
  insightface_128: insightface(8, 128),
};

function insightface(right: number, side: number): Points {
  const points: Points = [
    [38.2946014404, 51.6963005066],
    [73.5317993164, 51.5013999939],
    [56.0251998901, 71.7366027832],
    [41.5493011475, 92.3655014038],
    [70.7298965454, 92.2041015625],
  ];
  return points.map(([x, y]) => [(x + right) / side, y / side]);
}

/** The template's points in a crop of `size` pixels, pixel centres at whole numbers. */
export function templatePoints(name: AlignmentName, size: number): [number, number][] {
  return templates[name].map(([x, y]) => [x * size, y * size]);
}

/** The map from picture to a crop of `size` pixels for five points with pixel centres at whole numbers. */
export function alignTo(name: AlignmentName, size: number, points: Points): Affine {
  return fitSimilarity(points, templatePoints(name, size));
}
