import type { ExecutionOptions } from '../../protocol/job';

interface Executed {
  execution: ExecutionOptions;
}

/** The same request, and no GPU for it. */
export const onProcessor = <R extends Executed>(request: R): R => ({
  ...request,
  execution: { ...request.execution, providers: ['cpu'] },
});

/** Whether a request keeps away from every GPU. */
export const isOnProcessor = ({ execution }: Executed): boolean =>
  execution.providers.every((provider) => provider === 'cpu');
