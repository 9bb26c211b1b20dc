import type { Counts } from '../support/counts';

/** One start of VS Code with one folder of tests. */
export interface SuiteRun {
  title: string;
  /** Folder of the extension: this checkout, or an unpacked .vsix. */
  extension: string;
  /** The compiled suite's entry. */
  tests: string;
  /** Opened in VS Code; also holds the media the tests use. */
  workspace: string;
  /** Start without trust in the workspace. */
  restricted: boolean;
  /** The suite loads the window anew once, and runs again. */
  restarts: boolean;
  /** VS Code's display language, where it is not English. */
  language?: string;
  /** Where this run may leave logs and user data. */
  home: string;
}

export type RunSuite = (run: SuiteRun) => Promise<Counts>;
