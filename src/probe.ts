import { prove, type ProofRequest } from './pipeline/inference/prove';
import type { ProofAnswer } from './pipeline/inference/proveApart';

/** A process for one attempt to run a model on a provider: whatever a driver does to it, nobody else is harmed. */

process.once('message', (request: ProofRequest) => void answer(request));
process.on('disconnect', () => process.exit());

async function answer(request: ProofRequest): Promise<void> {
  const reply: ProofAnswer = await prove(request).then(
    (proof) => ({ proof }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  process.send?.(reply);
}
