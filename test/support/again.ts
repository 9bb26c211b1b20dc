/** Does something in a window anew while something else there gets in between; after 15 seconds what goes wrong is told. */
export async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 15_000; ;)
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}
