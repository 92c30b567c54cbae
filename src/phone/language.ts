/** The commonest words of languages in Latin script; those that several languages share tell nothing and are left out where they collide. */
export const COMMON_WORDS: CommonWords = {
  en: 'the and of to for with you our your this that are is we from have be by at or us more',
  de: 'und der die das für mit von wir sie ist auf den dem ein eine ihre unsere sich auch bei zum zur nicht im',
  fr: 'les des pour avec vous nous dans sur est une votre notre du et au aux plus par ou vos nos',
  es: 'los las para con por del una nuestro nuestra nuestros y el como más sus es tu su en la de',
  pt: 'não você para com uma dos das nossa nosso os em mais e por ao na no da do são seu sua',
  it: 'della delle dei degli per con che sono una il di gli nel nella alla al più tua nostra nostro i e da',
  nl: 'het een voor van met wij zijn en onze ook uw bij naar niet op te de dat je ons is',
  sv: 'och för att med som är vi din på av en ett till du kan oss har från vår våra',
  da: 'og for med til som er vi din på af en et du kan os har fra vores det ikke',
  no: 'og for med til som er vi din på av en et du kan oss har fra våre ikke det vår',
  fi: 'ja on ei tai sekä että kanssa voit meidän myös ovat tämä kun mutta olemme kuin',
  pl: 'i w na się z do jest oraz nie dla od po że jak nasze nasz przez są lub',
  cs: 'a v na se z do je pro jsme nebo od po že jak naše náš jsou vás si při',
  sk: 'a v na sa z do je pre sme alebo od po že ako naše náš sú vás si pri',
  sl: 'in za je na se z od po ki naše smo ali so vas pri tudi da bo kot',
  hr: 'i u na za je se od po koji naše smo ili su vas te što kako sa da bi',
  hu: 'és a az hogy egy nem van is vagy meg mint csak minden ön ezt között',
  ro: 'și de la pentru cu din în este sunt care sau mai pe un o noastre nostru vă ne',
  tr: 've bir için ile bu da de olarak daha en çok olan size bizim hizmet gibi ya her',
  id: 'dan yang untuk dengan di dari kami anda adalah ini dalam pada atau akan tidak ke',
  sq: 'dhe për në të me nga një është që tonë tona ju ne si së më',
  ca: 'els les amb per del una nostre nostra i el és més dels al seu com en la de',
  et: 'ja on ei või meie ning teie kui ka see oma mis et',
};
type CommonWords = Readonly<Record<string, string>>;

/** Fewer common words are a name or a menu. */
const MIN_WORDS = 8;
/** The language must have this part of all common words seen, each word counted for every language that has it. */
const MIN_LEAD = 1.25;

/** Counts the common words of a page and says which language they are of. */
export interface LanguageGuess {
  addText(text: string): void;
  /** ISO 639-1, or undefined while the words are too few or of several languages. */
  language(): string | undefined;
}

const WORDS = /\p{L}+/gu;

type LanguagesOfWord = ReadonlyMap<string, readonly string[]>;
const known = new WeakMap<CommonWords, LanguagesOfWord>();

/** A guess for one page. */
export function guessLanguage(words: CommonWords): LanguageGuess {
  const languagesOf = known.get(words) ?? readWords(words);
  known.set(words, languagesOf);
  const counts = new Map<string, number>();
  let guess: string | undefined;
  return {
    addText(text) {
      let isNew = false;
      for (const [word] of text.toLowerCase().matchAll(WORDS)) {
        for (const language of languagesOf.get(word) ?? []) {
          counts.set(language, (counts.get(language) ?? 0) + 1);
          isNew = true;
        }
      }
      if (isNew) guess = leading(counts);
    },
    language: () => guess,
  };
}

function leading(counts: ReadonlyMap<string, number>): string | undefined {
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
  if (first === undefined || first[1] < MIN_WORDS) return undefined;
  return second === undefined || first[1] >= second[1] * MIN_LEAD ? first[0] : undefined;
}

function readWords(commonWords: CommonWords): LanguagesOfWord {
  const languages = new Map<string, string[]>();
  for (const [language, words] of Object.entries(commonWords)) {
    for (const word of words.split(' ')) languages.set(word, [...(languages.get(word) ?? []), language]);
  }
  return languages;
}
