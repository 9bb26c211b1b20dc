/** What can be done with jobs in their view; each is a command `faceSwap.jobs.<name>`. */
export const jobActionNames = [
  'open',
  'openPanel',
  'reveal',
  'compare',
  'cancel',
  'pause',
  'resume',
  'retry',
  'remove',
  'moveUp',
  'moveDown',
  'clear',
] as const;
export type JobActionName = (typeof jobActionNames)[number];
