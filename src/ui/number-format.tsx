import { type ComponentChildren, createContext, type JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { formatNumber } from '../phone/format-number.ts';
import type { NumberPlans } from '../phone/number-plan.ts';
import { createAtlasFile } from '../storage/atlas-file.ts';

const Plans = createContext<NumberPlans | undefined>(undefined);

/** Everything inside has the number plans, and shows its numbers in groups. The plans are large: they are read after the first paint. */
export function NumberFormat({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [plans, setPlans] = useState<NumberPlans>();
  useEffect(() => {
    const readAtlas = createAtlasFile();
    void readAtlas().then(setPlans);
  }, []);
  return <Plans.Provider value={plans}>{children}</Plans.Provider>;
}

/** The plans of all countries; undefined while they are not there yet. */
export function useNumberPlans(): NumberPlans | undefined {
  return useContext(Plans);
}

/** Writes a number in groups; as it is while the plans are not there yet. */
export function useNumberFormat(): (number: string) => string {
  const plans = useNumberPlans();
  return (number) => (plans ? formatNumber(number, plans) : number);
}
