/** Does the job at the first call and gives its one result to all callers. What failed is tried anew at the next call. */
export function once<T>(job: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= job().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
