import { type ComponentChildren, createContext, type JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { formatNumber } from '../phone/format-number.ts';
import type { NumberPlans } from '../phone/number-plan.ts';

const Plans = createContext<NumberPlans | undefined>(undefined);

/** Everything inside shows its numbers in groups. The plans are large: they are read after the first paint. */
export function NumberFormat({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [plans, setPlans] = useState<NumberPlans>();
  useEffect(() => {
    void import('../phone/all-plans.ts').then(({ ALL_PLANS }) => setPlans(ALL_PLANS));
  }, []);
  return <Plans.Provider value={plans}>{children}</Plans.Provider>;
}

/** Writes a number in groups; as it is while the plans are not there yet. */
export function useNumberFormat(): (number: string) => string {
  const plans = useContext(Plans);
  return (number) => (plans ? formatNumber(number, plans) : number);
}
