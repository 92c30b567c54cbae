/** Numbers set aside for stories and examples: nobody's phone rings. Source: NANPA, Ofcom, Bundesnetzagentur, Arcep, ACMA. */
const EXAMPLES: Readonly<Record<string, string>> = {
  US: '+16175550123',
  CA: '+16135550123',
  GB: '+442079460123',
  DE: '+493023125123',
  FR: '+33199001234',
  AU: '+61491570156',
};

/** An example number that belongs to nobody, of this country where there is one set aside. */
export function exampleNumber(country: string): string {
  return EXAMPLES[country] ?? '+16175550123';
}
