// First: it decides which native module the runtime will find.
import './runtimeFolder';
import * as ort from 'onnxruntime-node';

export { ort };
export { runtimeFolder, runtimeTrouble } from './runtimeFolder';
