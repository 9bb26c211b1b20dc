export { loadCatalogue, type ModelRecord, type ModelRole, type ModelTensor } from './catalogue';
export { findModel, type InstalledModel } from './findModel';
export { readOnnxHead, type OnnxConstant, type OnnxHead, type OnnxPort } from './onnxHead';
export {
  modelFamilies,
  recogniseModel,
  type ModelFamily,
  type NeuralRole,
  type Recognition,
  type Unrecognised,
} from './signature';
