// Downloading is imported from './download' by whoever does it: it brings an HTTP client that the pipeline has no use for.
export {
  loadCatalogue,
  loadNeuralModels,
  neuralModel,
  type FaceTemplate,
  type ModelRecord,
  type ModelRole,
  type ModelTensor,
  type NeuralModel,
  type SwapSource,
} from './catalogue';
export { findModel, verifyBuiltIn, type BuiltInCheck, type InstalledModel } from './findModel';
export { readOnnxHead, type OnnxConstant, type OnnxHead, type OnnxPort } from './onnxHead';
export {
  modelFamilies,
  neuralRoles,
  recogniseModel,
  type ModelFamily,
  type NeuralRole,
  type Recognition,
  type Unrecognised,
} from './signature';
export { chooseModel, neededModels, type Choice } from './choose';
export { identifyModel, type InstalledNeuralModel } from './identify';
export {
  alreadyThere,
  findNeuralModel,
  listModels,
  missingModel,
  type Listing,
  type RefusedFile,
} from './installed';
export { modelPlaces, noteStorage, type ModelPlaces } from './places';
export { addModel, removeModel } from './storage';
