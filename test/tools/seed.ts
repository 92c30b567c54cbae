import fc from 'fast-check';

// `npm test` tries the same inputs every time, so that it fails for what was changed and nothing else; `npm run test:full` tries new ones.
if (!process.env.PAGEDIAL_FULL) fc.configureGlobal({ seed: 20_261_121 });
