import { Trial } from './pipeline/verify/trial';
import type { TrialAnswer, TrialOrder } from './pipeline/verify/trialProcess';

/** A process in which networks are tried: its end gives back all that it holds, whatever a driver keeps. */

const trial = new Trial();

process.on('message', (order: TrialOrder) => void obey(order));
process.on('disconnect', () => process.exit());

async function obey(order: TrialOrder): Promise<void> {
  const answer: TrialAnswer = await (
    order.type === 'run'
      ? trial.run(order.request).then((models): TrialAnswer => ({ type: 'loaded', models }))
      : trial.release().then((): TrialAnswer => ({ type: 'released' }))
  ).catch((error: unknown): TrialAnswer => ({ type: 'failed', reason: String(error) }));
  process.send?.(answer);
}
