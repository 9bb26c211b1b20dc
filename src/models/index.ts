export { loadCatalogue, type ModelRecord, type ModelRole, type ModelTensor } from './catalogue';
export { findModel, type InstalledModel } from './findModel';
