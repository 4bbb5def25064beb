// Runs the steps of `pbot-vm up` one after the other, and shows on the terminal how each of them goes.

import { Listr } from 'listr2';

/** What a step shows while it runs. */
export interface StepDisplay {
  /** Changes the title. */
  title(text: string): void;
  /** Shows the newest line of what a tool prints. */
  line(text: string): void;
}

/**
 * Runs a step and shows it.
 *
 * @returns what the work returns
 */
export async function step<T>(
  title: string,
  work: (display: StepDisplay) => Promise<T>,
): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    let finish: () => void = () => undefined;
    const list = new Listr(
      [
        {
          title,
          task: async (_, task) => {
            const value = await work(displayOf(task));
            // The next step starts when this one is drawn to its end.
            finish = () => resolve(value);
          },
        },
      ],
      options,
    );
    list.run().then(() => finish(), reject);
  });
}

/** Shows a step that needs no work. */
export async function skipStep(title: string, reason: string): Promise<void> {
  await new Listr([{ title, task: (_, task) => task.skip(reason) }], options).run();
}

/** Part of a larger step. */
export interface Part {
  readonly title: string;
  readonly work: (display: StepDisplay) => Promise<void>;
}

/** Runs the parts of a step in their order, and shows them below its title. */
export async function stepOfParts(title: string, parts: readonly Part[]): Promise<void> {
  const tasks = parts.map((part) => ({
    title: part.title,
    task: (_: unknown, task: Displayed) => part.work(displayOf(task)),
  }));
  const partOptions = { rendererOptions: { collapseSubtasks: false } };
  await new Listr([{ title, task: (_, task) => task.newListr(tasks, partOptions) }], options).run();
}

/** Errors are printed once, by the program. */
const options = { rendererOptions: { collapseErrors: false, showErrorMessage: false } };

interface Displayed {
  title?: string | undefined;
  output?: string | undefined;
}

function displayOf(task: Displayed): StepDisplay {
  return {
    title: (text) => {
      task.title = text;
    },
    line: (text) => {
      task.output = text;
    },
  };
}
